/* Written for these tests: declares what SML's packaged script declares, in the same ways, and does what it does.
   A comment may name anything: __ENV.STREAM_RATIO, new Trend("other"), "/v1/completions". */
import http from "k6/http";
import { check, sleep } from "k6";
import exec from 'k6/execution';
import { Counter, Gauge, Rate, Trend } from "k6/metrics";
import { SharedArray } from "k6/data";

const config = JSON.parse(__ENV.RUN_CONFIG_JSON); // not http://example/v1/completions
const label = __ENV.RUN_LABEL ?? config.run_label ?? "";
const seed = Number.parseInt(__ENV["PROMPT_SEED"] ?? config.prompt_seed ?? 1, 10);
const system = __ENV.SYSTEM_PROMPT ?? "";
const DEFAULT_SYSTEM_PROMPT =
  "Answer in one line, " +
  '"briefly".\nNo lists.';
const prompts = new SharedArray("prompts", () => JSON.parse(open(__ENV.PROMPTS_FILE)));
const path = "/v1/chat/completions";
const pattern = /^e2e_latency_ms\{label:(.+)\}$/;

const latency = new Trend("e2e_latency_ms", true);
const speed = new Trend("tokens_per_second");
const promptTokens = new Trend("prompt_tokens");
const completionTokens = new Trend('completion_tokens');
const errors = new Counter("request_errors");
const success = new Rate("success_rate");
const active = new Gauge("active_requests");

export const options = {
  scenarios: { load: { executor: config.scenario_definition.executor, vus: 1, duration: "1s" } },
  summaryTrendStats: ["min", "med", "avg", "p(90)", "p(95)", "p(99)", "max"],
};

export default function () {
  const prompt = prompts[exec.scenario.iterationInTest % prompts.length];
  active.add(1);
  const start = Date.now();
  const answer = http.post(
    `${config.server_url ?? "http://localhost:8000"}${path}`,
    JSON.stringify({ messages: [{ role: "user", content: prompt.content }], temperature: 1, stream: false }),
    { tags: { label: prompt.label, stream: "false", seed, run_label: label, system: system === "default" ? DEFAULT_SYSTEM_PROMPT : system } },
  );
  active.add(-1);
  latency.add(Date.now() - start, { label: prompt.label });
  const usage = answer.json("usage");
  const good = check(answer, { "status 200": (r) => r.status === 200, "has choices": (r) => r.json("choices.#") > 0 });
  success.add(good);
  if (!good) errors.add(1, { status: answer.status });
  promptTokens.add(usage.prompt_tokens);
  completionTokens.add(usage.completion_tokens);
  speed.add(usage.completion_tokens / (Date.now() - start));
  sleep(Math.random());
}

export function handleSummary(data) {
  const thresholds = Object.values(data.metrics).filter((metric) => metric.thresholds);
  return { stdout: `${pattern}`, "summary.json": JSON.stringify({ thresholds }, null, 2) };
}
