// What a person types under a column's head.
//
//   numbers  >0.9   <=1e-3   =3   !=3   0.1..0.5   0.1..   nan   inf      a comma is "and", | is "or", ! before a term is "not"
//   text     part of it   =all of it   /regular expression/i              | is "or", ! is "not"
//   times    as numbers, with days for numbers: >2026-11-23   2026-11   2026-11-23 14:00..2026-11-24
//   –        the value is missing (also - or none)
//
// A comparison with a missing value is false; "not" is plain negation.

export type Value = number | string | null;
export type Kind = "number" | "text" | "time";
export type Test = (value: Value) => boolean;

/** A test, null for no filter at all, or what is wrong with the text. */
export function parseFilter(text: string, kind: Kind): Test | null | { error: string } {
  const source = text.trim();
  if (!source) return null;
  if (kind === "text" && /^\/.+\/i?$/.test(source)) return regularExpression(source);
  const alternatives: Test[] = [];
  for (const part of source.split("|").map(part => part.trim())) {
    if (!part) continue;
    const all: Test[] = [];
    for (const term of kind === "text" ? [part] : part.split(",")) {
      if (!term.trim()) continue;
      const test = parseTerm(term.trim(), kind);
      if (typeof test !== "function") return test;
      all.push(test);
    }
    if (all.length) alternatives.push(value => all.every(test => test(value)));
  }
  if (!alternatives.length) return null;
  return value => alternatives.some(test => test(value));
}

function parseTerm(term: string, kind: Kind): Test | { error: string } {
  if (term[0] === "!" && !(kind !== "text" && term[1] === "=")) {
    const rest = term.slice(1).trim();
    if (!rest) return { error: "what should it not be? For example !0.1" };
    const test = parseTerm(rest, kind);
    return typeof test === "function" ? value => !test(value) : test;
  }
  if (/^(–|-|none|missing)$/i.test(term)) return value => value === null;
  if (kind === "text") return textTerm(term);
  return rangeTerm(term, kind === "time" ? moment : quantity, kind);
}

function textTerm(term: string): Test | { error: string } {
  if (/^\/.+\/i?$/.test(term)) return regularExpression(term);
  if (term[0] === "=") {
    const whole = term.slice(1).trim();
    return value => value === whole;
  }
  const part = term.toLowerCase();
  return value => typeof value === "string" && value.toLowerCase().includes(part);
}

function regularExpression(term: string): Test | { error: string } {
  const end = term.lastIndexOf("/");
  try {
    const pattern = new RegExp(term.slice(1, end), term.slice(end + 1));
    return value => typeof value === "string" && pattern.test(value);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** What a word stands for: from its first to its last value. They are one for a number; a day has many moments. */
type Reader = (word: string) => [number, number] | null;

function rangeTerm(term: string, read: Reader, kind: Kind): Test | { error: string } {
  const number = (value: Value): value is number => typeof value === "number";
  if (/^nan$/i.test(term)) return value => number(value) && Number.isNaN(value);
  const range = /^(.*?)\s*\.\.\s*(.*)$/.exec(term);
  if (range && (range[1] || range[2])) {
    const low = range[1] ? read(range[1]) : [-Infinity, -Infinity], high = range[2] ? read(range[2]) : [Infinity, Infinity];
    if (low && high) return value => number(value) && value >= low[0] && value <= high[1];
  }
  const comparison = /^(>=|<=|!=|==|=|>|<)?\s*(.+)$/.exec(term);
  const bounds = comparison && read(comparison[2]);
  if (!bounds) {
    const examples = kind === "time" ? ">2026-11-23, 2026-11, 2026-11-23..2026-11-24" : ">0.9, <=1e-3, 0.1..0.5, nan";
    return { error: `cannot read “${term}”. Try ${examples}` };
  }
  const [first, last] = bounds;
  const within = (value: number) => (value >= first && value <= last) || (first === last && close(value, first));
  switch (comparison[1]) {
    case ">": return value => number(value) && value > last && !within(value);
    case ">=": return value => number(value) && (value >= first || within(value));
    case "<": return value => number(value) && value < first && !within(value);
    case "<=": return value => number(value) && (value <= last || within(value));
    case "!=": return value => number(value) && !within(value);
    default: return value => number(value) && within(value);
  }
}

/** The table shows few digits; 0.1 typed means the 0.1 (f32: 0.10000000149) that was logged. */
const close = (a: number, b: number) => Number.isFinite(b) && Math.abs(a - b) <= 1e-7 * Math.abs(b);

const quantity: Reader = word => {
  const infinite = /^([+-]?)(inf|infinity|∞)$/i.exec(word);
  if (infinite) return infinite[1] === "-" ? [-Infinity, -Infinity] : [Infinity, Infinity];
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return null;
  return [+word, +word];
};

const moment: Reader = word => {
  const m = /^(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:[ T](\d\d?)(?::(\d\d)(?::(\d\d))?)?)?)?)?$/.exec(word);
  if (!m) return null;
  const parts = m.slice(1).filter(part => part !== undefined).map(Number);
  const at = (p: number[]) => new Date(p[0], (p[1] ?? 1) - 1, p[2] ?? 1, p[3] ?? 0, p[4] ?? 0, p[5] ?? 0).getTime();
  const next = [...parts];
  next[next.length - 1]++;
  return [at(parts), at(next) - 1];
};
