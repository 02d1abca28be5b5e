// Invents answers of chat completions, whole and damaged, with what JavaScript's JSON.parse makes of each: the facts that
// ResponseFacts must find. `node answers.mjs SEED COUNT` prints a JSON document a line: [text, facts or null].
// Tests/GeneratorTests/Response/JavaScriptTests.swift compares.
const [seed, count] = process.argv.slice(2).map(Number);
let state = BigInt(seed);
const random = () => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(state >> 33n) / 2 ** 31;
};
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const quote = (text) => {
  let out = '"';
  for (const letter of text) {
    const code = letter.codePointAt(0);
    if (random() < 0.04 && code < 0x10000) {
      const hex = code.toString(16).padStart(4, "0");
      out += "\\u" + (random() < 0.5 ? hex : hex.toUpperCase());
    } else if (letter === "/" && random() < 0.3) out += "\\/";
    else out += JSON.stringify(letter).slice(1, -1);
  }
  return out + '"';
};
const blank = () => (random() < 0.03 ? pick([" ", "\n", "\t ", "\r\n"]) : "");
const numbers = ["0", "-0", "1", "7", "42", "-1", "2.9", "1e3", "1E+2", "0.0", "0e5", "1e400", "-1e400", "1e-400", "5e-324",
  "123456789", "1234567890", "2147483647", "2147483648", "9007199254740993", "123456789012345678901", "0.1e1"];
const strings = ["", "x", "7", " 7 ", "\t12\n", "0x1F", "1e2", "abc", "stop", "length", "error", "abort", "ERROR", "timeout",
  "tool_calls", "function_call", "content_filter", "m", "org/m", "é漢😀", "\u0000", "\\\"", "{}", "Infinity", "-5", "1_0", "+3", ".5", "5."];
const scalar = () => pick([() => "null", () => "true", () => "false", () => pick(numbers), () => quote(pick(strings))])();
const keys = ["choices", "usage", "error", "message", "content", "finish_reason", "model", "prompt_tokens", "completion_tokens",
  "text", "tool_calls", "refusal", "reasoning", "reasoning_content", "function_call", "id", "Choices", "choice", "", "contents", "__proto__", "toString"];
const object = (members) => "{" + blank() + members.map(([k, v]) => quote(k) + blank() + ":" + blank() + v).join("," + blank()) + blank() + "}";
const array = (values) => "[" + blank() + values.join(blank() + ",") + blank() + "]";
const many = (n, make) => Array.from({ length: below(n) }, make);
const value = (depth) => depth <= 0 || random() < 0.5 ? scalar()
  : random() < 0.5 ? array(many(3, () => value(depth - 1))) : object(many(4, () => [pick(keys), value(depth - 1)]));
const or = (share, good) => (random() < share ? good() : value(2));
const extras = (n) => many(n, () => [pick(keys), value(2)]);
const mixed = (members) => { for (let i = members.length - 1; i > 0; i--) { const j = below(i + 1); [members[i], members[j]] = [members[j], members[i]]; } return members; };
const message = () => object(mixed([["role", '"assistant"'], ["content", or(0.8, () => quote(pick(strings)))], ...extras(3)]));
const choice = () => object(mixed([["index", "0"], ["message", or(0.8, message)], ["finish_reason", or(0.7, () => quote(pick(strings)))], ...extras(3)]));
const usage = () => object(mixed([["prompt_tokens", or(0.5, () => pick(numbers))], ["completion_tokens", scalar()], ...extras(2)]));
const answer = () => object(mixed([["model", or(0.8, () => quote(pick(["m", "org/m"])))], ["choices", or(0.8, () => array(many(3, () => or(0.9, choice))))],
  ["usage", or(0.8, usage)], ...(random() < 0.3 ? [["error", value(1)]] : []), ...extras(3)]));
const damage = (text) => {
  const at = below(text.length);
  switch (below(4)) {
    case 0: return text.slice(0, at);
    case 1: return text.slice(0, at) + text.slice(at + 1);
    case 2: return text.slice(0, at) + pick(['"', "\\", "{", "}", "[", "]", ",", ":", "0", " ", "\u0001", "e", "-"]) + text.slice(at);
    default: return text + pick([" ", "\n", "x", "{}", ","]);
  }
};

const isObject = (x) => typeof x === "object" && x !== null && !Array.isArray(x);
const get = (x, key) => (isObject(x) && Object.hasOwn(x, key) ? x[key] : undefined);
const filled = (x) => typeof x === "string" ? x.length > 0 : Array.isArray(x) ? x.length > 0 : isObject(x) && Object.keys(x).length > 0;
const isError = (x) => (typeof x === "boolean" || typeof x === "number" ? !!x : filled(x));
const failures = { error: 6, network_error: 6, insufficient_system_resource: 6, abort: 7, aborted: 7, cancelled: 7, canceled: 7, timeout: 7 };
const reasons = { stop: 1, length: 2, tool_calls: 3, function_call: 3, content_filter: 4 };
const reason = (x) => typeof x !== "string" ? 0 : (Object.hasOwn(reasons, x) ? reasons[x] : Object.hasOwn(failures, x.toLowerCase()) ? failures[x.toLowerCase()] : 5);
const tokens = (x) => {
  // What is not said is not 0, as it is for Number(null), Number("") and Number(false).
  if (typeof x !== "number" && (typeof x !== "string" || x.trim() === "")) return -1;
  const n = Number(x);
  return !Number.isFinite(n) || n < 0 ? -1 : n > 1e8 ? -2 : Math.trunc(n);
};
const facts = (text) => {
  let tree;
  try { tree = JSON.parse(text); } catch { return null; }
  const choices = Array.isArray(get(tree, "choices")) ? get(tree, "choices") : [];
  const spoken = get(choices[0], "message");
  const model = get(tree, "model");
  const says = ["content", "reasoning_content", "tool_calls", "refusal", "function_call", "reasoning"].some((k) => filled(get(spoken, k)));
  return [
    choices.length > 0, says || filled(get(choices[0], "text")), typeof model === "string" && model !== "m",
    isError(get(tree, "error")), choices.some((c) => isError(get(c, "error")) || reason(get(c, "finish_reason")) > 5),
    reason(get(choices[0], "finish_reason")), tokens(get(get(tree, "usage"), "prompt_tokens")), tokens(get(get(tree, "usage"), "completion_tokens")),
  ];
};
for (let i = 0; i < count; i++) {
  let text = blank() + answer() + blank();
  if (random() < 0.3) text = damage(text);
  // Lone surrogates have no UTF-8.
  if (text.isWellFormed()) console.log(JSON.stringify([text, facts(text)]));
}
