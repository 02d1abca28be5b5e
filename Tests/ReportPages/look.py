#!/usr/bin/env python3
"""Opens a page in headless Chromium as a reader would and says what came of it, as one JSON document.

    look.py PAGE [--pictures DIRECTORY]

Chromium is driven through its pipe (DevTools protocol), so that nothing but Python and Chromium is needed. For each of four looks (wide,
dark, a telephone of 375 pixels, without scripts): console messages and exceptions, requests beside the page itself, whether anything is
wider than the window, and whether the script's parts work: values under the pointer, by keyboard, hiding a series, zoom. Then the
page is printed to A4. With --pictures each look is kept as a PNG, and the print as a PDF.
"""
import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

LOOKS = {
    "wide": {"width": 1200, "height": 900},
    "dark": {"width": 1200, "height": 900, "dark": True},
    "narrow": {"width": 375, "height": 800, "mobile": True},
    "noscript": {"width": 1200, "height": 900, "noscript": True},
}
OVERFLOW = """(() => {
  const width = document.documentElement.clientWidth;
  const inside = e => { for (let p = e; p; p = p.parentElement) if (p.matches('.scroll, .area, .xticks, pre, .skip')) return true; return false; };
  return [...document.body.querySelectorAll('*')].filter(e => !inside(e) && e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))
    .concat(document.documentElement.scrollWidth > width ? ['page ' + document.documentElement.scrollWidth] : []);
})()"""
WORKS = """(() => {
  const figure = document.querySelector('figure.chart .area').closest('figure');
  const area = figure.querySelector('.area'), plot = figure.querySelector('.plot'), svg = figure.querySelector('svg');
  const box = area.getBoundingClientRect(), found = {};
  const at = (type, share) => area.dispatchEvent(new PointerEvent(type, {clientX: box.left + share * box.width, clientY: box.top + 20, button: 0, pointerId: 1, bubbles: true}));
  at('pointermove', 0.4);
  const tip = figure.querySelector('.tip');
  found.hover = !tip.hidden && tip.textContent.length > 5;
  plot.focus();
  const key = k => plot.dispatchEvent(new KeyboardEvent('keydown', {key: k, bubbles: true}));
  key('Home'); const first = tip.textContent; key('ArrowRight');
  found.keyboard = tip.textContent !== first;
  found.aloud = figure.querySelector('[aria-live]').textContent.length > 5;
  key('+');
  found.zoom = svg.getAttribute('viewBox') !== '0 0 1000 1000' && [...document.querySelectorAll('.plot')].filter(p => p.dataset.group === plot.dataset.group)
    .every(p => p.querySelector('svg').getAttribute('viewBox') === svg.getAttribute('viewBox'));
  key('Escape');
  found.reset = svg.getAttribute('viewBox') === '0 0 1000 1000';
  const button = figure.querySelector('.key button');
  button.click();
  found.hide = button.getAttribute('aria-pressed') === 'false' && [...figure.querySelectorAll('path.m')].some(p => p.style.display === 'none');
  button.click();
  plot.blur();
  return found;
})()"""
CONTRAST = """(() => {
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => { const f = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const ground = e => { for (let p = e; p; p = p.parentElement) { const c = parse(getComputedStyle(p).backgroundColor); if (c.length < 4 || c[3] > 0.5) return c; } return [255, 255, 255]; };
  const body = parse(getComputedStyle(document.body).backgroundColor);
  let worst = [99, ''];
  for (const e of document.querySelectorAll('h1, h2, h3, p, dt, dd, td, th, .yticks span, .xticks span, .cards span, .cards b, strong, a, summary, li, caption, .labels .mark')) {
    if (!e.textContent.trim() || e.closest('.skip')) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e).length ? ground(e) : body)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.tagName + '.' + e.className];
  }
  return worst;
})()"""


class Browser:
    def __init__(self, profile):
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()

        def wire():
            # Chromium reads from 3 and writes to 4.
            low, high = os.dup(to_browser), os.dup(from_browser)
            os.dup2(low, 3)
            os.dup2(high, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-sync",
             "--remote-debugging-pipe", "--user-data-dir=" + profile, "about:blank"],
            close_fds=False, preexec_fn=wire, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.events = b"", 0, []

    def message(self):
        while b"\0" not in self.buffer:
            part = os.read(self.read, 1 << 20)
            if not part:
                raise SystemExit("look.py: Chromium is gone")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"look.py: {method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message())

    def value(self, session, expression):
        return self.call("Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True)["result"].get("value")


def look(browser, url, name, how, pictures):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(domain + ".enable", session)
    browser.call("Emulation.setDeviceMetricsOverride", session, width=how["width"], height=how["height"], deviceScaleFactor=1,
                 mobile=how.get("mobile", False))
    browser.call("Emulation.setEmulatedMedia", session,
                 features=[{"name": "prefers-color-scheme", "value": "dark" if how.get("dark") else "light"}])
    if how.get("noscript"):
        browser.call("Emulation.setScriptExecutionDisabled", session, value=True)
    browser.events = []
    browser.call("Page.navigate", session, url=url)
    browser.wait("Page.loadEventFired")
    found = {"overflow": browser.value(session, OVERFLOW), "contrast": browser.value(session, CONTRAST)}
    if not how.get("noscript"):
        found["works"] = browser.value(session, WORKS)
    if pictures:
        size = browser.call("Page.getLayoutMetrics", session)["cssContentSize"]
        shot = browser.call("Page.captureScreenshot", session, captureBeyondViewport=True,
                            clip={"x": 0, "y": 0, "width": how["width"], "height": min(size["height"], 12000), "scale": 1})
        with open(os.path.join(pictures, name + ".png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))
    if name == "wide":
        print_result = browser.call("Page.printToPDF", session, preferCSSPageSize=True, printBackground=True)
        pdf = base64.b64decode(print_result["data"])
        found["pages"] = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ") or pdf.count(b"/Type/Page")
        found["a4"] = b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf
        if pictures:
            with open(os.path.join(pictures, "print.pdf"), "wb") as file:
                file.write(pdf)
    browser.value(session, "1")
    found["requests"] = [event["params"]["request"]["url"][:200] for event in browser.events if event.get("method") == "Network.requestWillBeSent"
                         and event["params"]["request"]["url"] != url]
    found["console"] = [event["params"] for event in browser.events if event.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")]
    browser.call("Target.closeTarget", targetId=target)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page")
    parser.add_argument("--pictures")
    arguments = parser.parse_args()
    if arguments.pictures:
        os.makedirs(arguments.pictures, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            url = "file://" + os.path.abspath(arguments.page)
            found = {name: look(browser, url, name, how, arguments.pictures) for name, how in LOOKS.items()}
        finally:
            browser.process.kill()
            browser.process.wait()
    json.dump(found, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
