// Values under the pointer, zoom and hiding of series. The page is whole without: nothing here makes content, and every text
// is set as text.
"use strict";
document.documentElement.classList.add("js");
(() => {
  const make = (name, parent) => { const e = document.createElement("div"); e.className = name; e.hidden = true; parent.append(e); return e; };
  const group3 = n => n.toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = v => {
    if (v === 0) return "0";
    const places = Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(v)))));
    const [whole, part] = Math.abs(v).toFixed(places).split(".");
    const tail = (part || "").replace(/0+$/, "");
    return (v < 0 ? "−" : "") + group3(whole) + (tail ? "." + tail : "");
  };
  const said = (v, unit) => v === null ? "–"
    : unit === "share" ? digits(v * 100) + " %"
    : unit === "change" ? (v > 0 ? "+" : "") + digits(v * 100) + " %"
    : unit !== "milliseconds" ? digits(v)
    : v >= 1000 ? digits(v / 1000) + " s" : v > 0 && v < 0.1 ? digits(v * 1000) + " µs" : digits(v) + " ms";
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const two = n => (n < 10 ? "0" : "") + n;
  const clock = s => { const w = Math.round(s), m = two(Math.floor(w / 60) % 60) + ":" + two(w % 60); return w >= 3600 ? Math.floor(w / 3600) + ":" + m : m; };
  const charts = [];

  class Chart {
    constructor(figure) {
      this.data = JSON.parse(figure.querySelector("script").textContent);
      this.plot = figure.querySelector(".plot");
      this.area = figure.querySelector(".area");
      this.svg = figure.querySelector("svg");
      this.group = this.plot.dataset.group;
      this.from = 0; this.to = 1; this.index = -1; this.hidden = new Set();
      this.cursor = make("cursor", this.area); this.tip = make("tip", this.area); this.band = make("select", this.area);
      this.xticks = figure.querySelector(".xticks");
      this.ticks = [...this.xticks.children].map(e => [e.textContent, +e.dataset.at]);
      this.plot.tabIndex = 0;
      this.plot.setAttribute("role", "group");
      this.plot.setAttribute("aria-label", figure.querySelector("h3").textContent + ": arrow keys read values, plus and minus zoom, Escape shows all");
      this.live = document.createElement("div");
      this.live.setAttribute("aria-live", "polite");
      this.live.className = "skip";
      figure.append(this.live);
      figure.querySelectorAll(".key[data-series]").forEach(key => this.toggle(figure, key));
      this.area.addEventListener("pointermove", e => this.move(e));
      this.area.addEventListener("pointerleave", () => { if (this.drag === undefined) this.hide(); });
      this.area.addEventListener("pointerdown", e => { if (e.button === 0 && e.pointerType !== "touch") { this.drag = this.place(e); this.area.setPointerCapture(e.pointerId); e.preventDefault(); this.plot.focus(); } });
      this.area.addEventListener("pointerup", e => this.drop(e));
      this.area.addEventListener("dblclick", () => zoom(this.group, 0, 1));
      this.plot.addEventListener("keydown", e => this.key(e));
      this.plot.addEventListener("blur", () => this.hide());
    }
    toggle(figure, key) {
      const button = document.createElement("button"), id = key.dataset.series;
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      button.append(...key.childNodes);
      key.append(button);
      button.addEventListener("click", () => {
        const shown = this.hidden.has(id);
        shown ? this.hidden.delete(id) : this.hidden.add(id);
        button.setAttribute("aria-pressed", String(shown));
        figure.querySelectorAll(`.area [data-series="${id}"]`).forEach(p => { p.style.display = shown ? "" : "none"; });
      });
    }
    place(e) { const box = this.area.getBoundingClientRect(); return this.from + Math.min(1, Math.max(0, (e.clientX - box.left) / box.width)) * (this.to - this.from); }
    move(e) {
      const at = this.place(e);
      if (this.drag !== undefined) {
        const [a, b] = [this.drag, at].sort((x, y) => x - y), w = this.to - this.from;
        this.band.hidden = false;
        this.band.style.left = 100 * (a - this.from) / w + "%";
        this.band.style.width = 100 * (b - a) / w + "%";
      }
      if (!this.data.x.length) return;
      let best = 0;
      this.data.x.forEach((x, i) => { if (Math.abs(x - at) < Math.abs(this.data.x[best] - at)) best = i; });
      this.show(best);
    }
    drop(e) {
      if (this.drag === undefined) return;
      const [a, b] = [this.drag, this.place(e)].sort((x, y) => x - y);
      this.drag = undefined;
      this.band.hidden = true;
      if (b - a > 0.01 * (this.to - this.from)) zoom(this.group, a, b);
    }
    show(i, aloud) {
      if (!this.data.x.length) return;
      this.index = i;
      const at = (this.data.x[i] - this.from) / (this.to - this.from);
      if (at < 0 || at > 1) return this.hide();
      this.cursor.hidden = this.tip.hidden = false;
      this.cursor.style.left = 100 * at + "%";
      const lines = [this.data.at[i]];
      this.data.series.forEach((s, n) => {
        if (this.hidden.has(String(n)) || s.y[i] === undefined || (this.data.points && s.y[i] === null)) return;
        lines.push(s.name + ": " + said(s.y[i], this.data.unit) + (s.to && s.to[i] != null ? "–" + said(s.to[i], this.data.unit) : "")
          + (s.low && s.low[i] != null ? " (" + said(s.low[i], this.data.unit) + " to " + said(s.high[i], this.data.unit) + ")" : ""));
      });
      this.tip.replaceChildren(...lines.map(text => { const d = document.createElement("div"); d.textContent = text; return d; }));
      this.tip.style.left = at < 0.5 ? `calc(${100 * at}% + 10px)` : "auto";
      this.tip.style.right = at < 0.5 ? "auto" : `calc(${100 * (1 - at)}% + 10px)`;
      if (aloud) this.live.textContent = lines.join(", ");
    }
    hide() { this.cursor.hidden = this.tip.hidden = true; }
    key(e) {
      const last = this.data.x.length - 1, middle = this.index >= 0 ? this.data.x[this.index] : (this.from + this.to) / 2;
      const half = (this.to - this.from) / 2;
      const by = factor => { const w = Math.min(0.5, half * factor), c = Math.min(1 - w, Math.max(w, middle)); zoom(this.group, c - w, c + w); };
      const actions = {
        ArrowRight: () => this.show(Math.min(last, this.index + 1), true), ArrowLeft: () => this.show(Math.max(0, this.index - 1), true),
        Home: () => this.show(0, true), End: () => this.show(last, true),
        "+": () => by(0.5), "=": () => by(0.5), "-": () => by(2), Escape: () => { zoom(this.group, 0, 1); this.hide(); },
      };
      if (e.target !== this.plot || !actions[e.key]) return;
      actions[e.key]();
      e.preventDefault();
    }
    draw() {
      const w = this.to - this.from;
      this.svg.setAttribute("viewBox", `${1000 * this.from} 0 ${1000 * w} 1000`);
      let ticks = this.ticks;
      if (this.data.clock > 0 && w < 1) {
        const span = this.data.clock * w, step = steps.find(s => s >= span / 7) || 86400, first = Math.ceil(this.from * this.data.clock / step);
        ticks = [];
        for (let n = first; n * step <= this.to * this.data.clock + 1e-9; n++) ticks.push([clock(n * step), n * step / this.data.clock]);
      }
      this.xticks.replaceChildren(...ticks.map(([text, at]) => {
        const e = document.createElement("span"), place = (at - this.from) / w;
        e.textContent = text;
        e.dataset.at = at;
        e.style.left = 100 * place + "%";
        e.hidden = place < -0.001 || place > 1.001;
        return e;
      }));
      this.area.querySelectorAll(".labels [data-at]").forEach(e => {
        const at = (+e.dataset.at - this.from) / w;
        if (e.dataset.to === undefined) { e.style.left = 100 * at + "%"; e.hidden = at < 0 || at > 1; return; }
        const from = Math.max(0, at), to = Math.min(1, (+e.dataset.to - this.from) / w);
        e.hidden = to <= from;
        e.style.left = 100 * from + "%";
        e.style.width = 100 * (to - from) + "%";
      });
    }
  }
  const zoom = (group, from, to) => {
    if (to - from < 0.002) return;
    for (const chart of charts) if (chart.group === group) { chart.from = from; chart.to = to; chart.hide(); chart.draw(); }
  };
  document.querySelectorAll("figure.chart").forEach(figure => { if (figure.querySelector("script")) charts.push(new Chart(figure)); });
})();
