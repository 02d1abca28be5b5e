// The work of SML's k6 script, for k6: a shared corpus that each virtual user walks once to choose and shuffle its
// prompts, a body rendered and an answer parsed for every request, two checks, five trends.
//
//     k6 run --env URL=… --env PROMPTS=… --env SCENARIO='{"executor": …}' k6.js

import http from 'k6/http';
import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { check } from 'k6';
import { Trend } from 'k6/metrics';

export const options = { scenarios: { load: JSON.parse(__ENV.SCENARIO) } };

const corpus = new SharedArray('prompts', () => JSON.parse(open(__ENV.PROMPTS)));
const order = [];
for (const prompt of corpus) if (prompt.label) order.push(order.length);
let state = 1;
for (let last = order.length - 1; last > 0; last--) {
  state = (state * 48271) % 2147483647;
  const other = state % (last + 1);
  [order[last], order[other]] = [order[other], order[last]];
}

const names = ['latency', 'prompt_tokens', 'completion_tokens', 'tokens_per_second', 'time_per_token'];
const [latency, promptTokens, completionTokens, tokensPerSecond, timePerToken] = names.map((name) => new Trend(name));
const headers = { headers: { 'Content-Type': 'application/json' }, timeout: '600s' };

export default function () {
  const prompt = corpus[order[exec.scenario.iterationInTest % order.length]];
  const body = JSON.stringify({
    model: 'm', messages: [{ role: 'user', content: prompt.content }], max_tokens: prompt.max_tokens, temperature: 1, stream: false,
  });
  const answer = http.post(__ENV.URL, body, headers);
  let parsed = {};
  try { parsed = answer.json(); } catch (_) { /* the check says so */ }
  const tags = { label: prompt.label };
  check(answer, { 'status is 200': (it) => it.status === 200, 'has a choice': () => !!(parsed.choices && parsed.choices.length) }, tags);
  const usage = parsed.usage || {};
  const milliseconds = answer.timings.duration;
  latency.add(milliseconds, tags);
  promptTokens.add(usage.prompt_tokens || 0, tags);
  completionTokens.add(usage.completion_tokens || 0, tags);
  tokensPerSecond.add((usage.completion_tokens || 0) / (milliseconds / 1000), tags);
  timePerToken.add(milliseconds / (usage.completion_tokens || 1), tags);
}
