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

/** One term of a filter that could be read. */
export interface Term {
  test: Test;
  /** `!` before another term. */
  not?: Term;
  missing?: true;
  nan?: true;
  /** `=all of it` */
  whole?: string;
  /** `part of it`, without regard to case. */
  part?: string;
  regex?: RegExp;
  /** Of numbers and times: from the first to the last value that the words stand for. */
  bounds?: { low: number; high: number; sign: "<" | "<=" | ">" | ">=" | "=" | "!=" | ".." };
}
type Mistake = { error: string };

/** A test, null for no filter at all, or what is wrong with the text. */
export function parseFilter(text: string, kind: Kind): Test | null | Mistake {
  const alternatives: Term[][] = [];
  for (const words of split(text, kind)) {
    const all: Term[] = [];
    for (const word of words) {
      const term = parseTerm(word, kind);
      if ("error" in term) return term;
      all.push(term);
    }
    alternatives.push(all);
  }
  // A filter is most often one term.
  const [first, ...others] = alternatives.map(all => (all.length === 1 ? all[0].test : (value: Value) => all.every(term => term.test(value))));
  if (!others.length) return first ?? null;
  return value => first(value) || others.some(test => test(value));
}

/** The terms of a filter that can be read: of one of these lists all must hold. */
export function terms(text: string, kind: Kind): Term[][] {
  return split(text, kind).map(words => words.map(word => parseTerm(word, kind)).filter((term): term is Term => !("error" in term)));
}

function split(text: string, kind: Kind): string[][] {
  const source = text.trim();
  if (kind === "text" && /^\/.+\/i?$/.test(source)) return [[source]];
  const words = (part: string) => (kind === "text" ? [part] : part.split(",")).map(word => word.trim()).filter(Boolean);
  return source.split("|").map(part => words(part.trim())).filter(all => all.length > 0);
}

function parseTerm(term: string, kind: Kind): Term | Mistake {
  if (term[0] === "!" && !(kind !== "text" && term[1] === "=")) {
    const rest = term.slice(1).trim();
    if (!rest) return { error: "what should it not be? For example !0.1" };
    const not = parseTerm(rest, kind);
    return "error" in not ? not : { test: value => !not.test(value), not };
  }
  if (/^(–|-|none|missing)$/i.test(term)) return { test: value => value === null, missing: true };
  if (kind === "text") return textTerm(term);
  return rangeTerm(term, kind === "time" ? moment : quantity, kind);
}

function textTerm(term: string): Term | Mistake {
  if (/^\/.+\/i?$/.test(term)) return regularExpression(term);
  if (term[0] === "=") {
    const whole = term.slice(1).trim();
    return { test: value => value === whole, whole };
  }
  const part = term.toLowerCase();
  return { test: value => typeof value === "string" && value.toLowerCase().includes(part), part };
}

function regularExpression(term: string): Term | Mistake {
  const end = term.lastIndexOf("/");
  try {
    const regex = new RegExp(term.slice(1, end), term.slice(end + 1));
    return { test: value => typeof value === "string" && regex.test(value), regex };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** What a word stands for: from its first to its last value. They are one for a number; a day has many moments. */
type Reader = (word: string) => [number, number] | null;

function rangeTerm(term: string, read: Reader, kind: Kind): Term | Mistake {
  const number = (value: Value): value is number => typeof value === "number";
  if (/^nan$/i.test(term)) return { test: value => number(value) && Number.isNaN(value), nan: true };
  const range = /^(.*?)\s*\.\.\s*(.*)$/.exec(term);
  if (range && (range[1] || range[2])) {
    const low = range[1] ? read(range[1]) : [-Infinity, -Infinity], high = range[2] ? read(range[2]) : [Infinity, Infinity];
    if (low && high) return { test: value => number(value) && value >= low[0] && value <= high[1], bounds: { low: low[0], high: high[1], sign: ".." } };
  }
  const comparison = /^(>=|<=|!=|==|=|>|<)?\s*(.+)$/.exec(term);
  const bounds = comparison && read(comparison[2]);
  if (!bounds) {
    const examples = kind === "time" ? ">2026-11-23, 2026-11, 2026-11-23..2026-11-24" : ">0.9, <=1e-3, 0.1..0.5, nan";
    return { error: `cannot read “${term}”. Try ${examples}` };
  }
  const [first, last] = bounds;
  const within = (value: number) => (value >= first && value <= last) || (first === last && close(value, first));
  const of = (sign: NonNullable<Term["bounds"]>["sign"], test: (value: number) => boolean): Term => ({ test: value => number(value) && test(value), bounds: { low: first, high: last, sign } });
  switch (comparison[1]) {
    case ">": return of(">", value => value > last && !within(value));
    case ">=": return of(">=", value => value >= first || within(value));
    case "<": return of("<", value => value < first && !within(value));
    case "<=": return of("<=", value => value <= last || within(value));
    case "!=": return of("!=", value => !within(value));
    default: return of("=", within);
  }
}

/** The table shows few digits; 0.1 typed means the 0.1 (f32: 0.10000000149) that was logged. Whole numbers (seeds, counts) are shown as they are. */
export const close = (a: number, b: number, by = 1e-7) => a === b || (Number.isFinite(b) && !(Number.isInteger(a) && Number.isInteger(b)) && Math.abs(a - b) <= by * Math.abs(b));

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
