// Filters of the page as the text of a filter in Rust (src/query/parse.rs), which holds for the same runs.
// tests/copied.json has pairs that both sides are tested on.

import { close, parseFilter, terms, type Term } from "./filter";
import type { Column } from "./runs";

/** What the filter under a column's head says in Rust; null: it cannot be said (the text is wrong, or the column is ours alone). */
export function rustFilter(column: Column, text: string): string | null {
  if (isOurs(column)) return null;
  const test = parseFilter(text, column.kind);
  if (typeof test !== "function") return null;
  const alternatives = terms(text, column.kind).map(all => joined(all.map(term => said(column, term)), " and "));
  return joined(alternatives, " or ");
}

/** All of them hold; `all` if there are none. */
export const every = (filters: string[]) => joined(filters, " and ") || "all";

export const oneOf = (field: string, values: string[]) => (values.length === 1 ? `${field} == ${quote(values[0])}` : `${field} in [${values.map(quote).join(", ")}]`);

/** Columns that no filter knows: src/render/columns.rs, and what an insight worked out (its key is no reduced tag). */
const OURS = new Set(["notes", "how"]);
const isOurs = ({ key, group }: Column) => OURS.has(key) || (group === "metric" && !/^\w+\(/.test(key));

/** That a run has a value there. A parameter that was logged as nothing exists in Rust, and is empty on the page. */
export const there = ({ key, group }: Column) => (group === "param" || group === "origin" ? `${key} != null` : `exists(${key})`);
export const missing = (column: Column) => (column.group === "param" || column.group === "origin" ? `not (${there(column)})` : `not ${there(column)}`);

function joined(parts: string[], between: " and " | " or "): string {
  if (parts.length < 2) return parts.join("");
  const other = between === " and " ? / or / : / and /;
  return parts.map(part => (other.test(part) && !isWrapped(part) ? `(${part})` : part)).join(between);
}

/** Whether the first parenthesis ends at the end. */
function isWrapped(text: string): boolean {
  return /^not \(|^\(/.test(text) && text.endsWith(")") && !/\) (and|or) /.test(text);
}

function said(column: Column, term: Term): string {
  if (term.not?.missing) return there(column);
  if (term.not) return `not (${said(column, term.not)})`;
  const { key } = column;
  if (term.missing) return missing(column);
  if (column.kind === "text") return saidOfText(column, term);
  if (term.nan) return `${key} == nan`;
  return column.kind === "time" ? saidOfTime(key, term) : saidOfNumber(column, term);
}

// --------------------------------------------------------------------------------------------------------------------- numbers

function saidOfNumber(column: Column, term: Term): string {
  const { key } = column, { test } = term;
  const { low, high, sign } = term.bounds!;
  const values = (column.values as (number | null)[]).filter((value): value is number => value !== null && !Number.isNaN(value));
  // The page takes a number for the one that was typed though its last digits differ (0.1 as f32 is 0.10000000149); what metrics came to
  // crosses with eight digits, unless it is large. Where that matters the limits are those of the values that pass.
  const passing = values.filter(test);
  const slack = column.group === "metric" && ![low, high, ...passing].some(value => Number.isFinite(value) && Math.abs(value) >= 1e7) ? 1e-8 : 0;
  const least = () => rounded(passing.reduce((a, b) => Math.min(a, b)), -slack), most = () => rounded(passing.reduce((a, b) => Math.max(a, b)), slack);
  // Those that are taken for the limit itself.
  const alike = [...new Set(values.filter(value => near(value, low)))];
  const same = (plain: (value: number) => boolean) => values.every(value => plain(value) === test(value)) && (!slack || values.every(value => !near(value, low) && !near(value, high)));
  const between = (from: number, to: number) => [from === -Infinity ? "" : `${key} >= ${num(from)}`, to === Infinity ? "" : `${key} <= ${num(to)}`].filter(Boolean).join(" and ") || `${key} <= inf`;
  switch (sign) {
    case "<": return same(value => value < low) ? `${key} < ${num(low)}` : passing.length ? `${key} <= ${num(most())}` : `${key} < ${num(rounded(Math.min(low, ...alike), -slack))}`;
    case ">": return same(value => value > high) ? `${key} > ${num(high)}` : passing.length ? `${key} >= ${num(least())}` : `${key} > ${num(rounded(Math.max(high, ...alike), slack))}`;
    case "<=": return same(value => value <= high) || !passing.length ? `${key} <= ${num(high)}` : `${key} <= ${num(most())}`;
    case ">=": return same(value => value >= low) || !passing.length ? `${key} >= ${num(low)}` : `${key} >= ${num(least())}`;
    case "..": return between(low, high);
    case "!=": return `${there(column)} and not (${saidOfNumber(column, { ...term, bounds: { ...term.bounds!, sign: "=" }, test: value => value !== null && !Number.isNaN(value) && !test(value) })})`;
    default: {
      const distinct = [...new Set(passing)];
      if (!Number.isFinite(low) || !distinct.length || (!slack && distinct.length === 1 && distinct[0] === low)) return `${key} == ${num(low)}`;
      return slack ? between(least(), most()) : `${key} in [${[...new Set([low, ...distinct])].map(num).join(", ")}]`;
    }
  }
}

/** A number as Rust reads it. */
export const num = (value: number) => (Number.isNaN(value) ? "nan" : value === Infinity ? "inf" : value === -Infinity ? "-inf" : String(value).replace("e+", "e"));

const near = (a: number, b: number) => close(a, b, 2e-7);

/** A number that is a little beyond another one, in few digits. */
const rounded = (value: number, slack: number) => (slack ? +(value + slack * Math.abs(value)).toPrecision(10) : value);

// --------------------------------------------------------------------------------------------------------------------- times

/** In UTC, to the second: a filter of the page names days of its reader. */
function saidOfTime(key: string, term: Term): string {
  const { low, high, sign } = term.bounds!;
  const from = (ms: number) => (Number.isFinite(ms) ? `${key} >= "${moment(ms)}"` : ""), before = (ms: number) => (Number.isFinite(ms) ? `${key} < "${moment(ms + 1)}"` : "");
  switch (sign) {
    case "<": return `${key} < "${moment(low)}"`;
    case "<=": return before(high);
    case ">": return from(high + 1);
    case ">=": return from(low);
    case "!=": return `not (${from(low)} and ${before(high)})`;
    default: return [from(low), before(high)].filter(Boolean).join(" and ");
  }
}

const moment = (ms: number) => new Date(ms).toISOString().replace(/\.000Z$/, "").replace("Z", "");

// --------------------------------------------------------------------------------------------------------------------- text

function saidOfText(column: Column, term: Term): string {
  const { key } = column;
  const passing = [...new Set(column.values as (string | null)[])].filter((value): value is string => value !== null && term.test(value));
  // What is no text in Rust is one here: truth values, numbers, lists.
  if (column.group === "param" && passing.some(value => /^(true|false|null|nan|-?inf|[-+]?[\d.]|\[)/i.test(value))) {
    return `${key} in [${passing.flatMap(value => (PLAIN.test(value) ? [value, quote(value)] : value[0] === "[" ? [listed(value), quote(value)] : [quote(value)])).join(", ")}]`;
  }
  if (key === "labels" && term.whole !== undefined) return theseLabels(column, term.whole.split(", "));
  if (term.whole !== undefined) return `${key} == ${quote(term.whole)}`;
  const pattern = term.regex ? (term.regex.flags.includes("i") ? "(?i)" : "") + term.regex.source : `(?i)${term.part!.replace(/[.*+?^${}()[\]\\|/&~#-]/g, letter => (letter === "/" ? "/" : `\\${letter}`))}`;
  return `${key} ~ ${quote(pattern)}`;
}

/** A truth value or a number, as a cell shows it. */
const PLAIN = /^(true|false|[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)$/i;

/** A list as a cell shows it, `[64, relu]`, in a filter's words: `[64, "relu"]`. */
function listed(text: string): string {
  const items: string[] = [];
  let depth = 0, from = 1;
  for (let i = 1; i < text.length; i++) {
    if (text[i] === "[") depth++;
    else if (text[i] === "]" && depth) depth--;
    else if (!depth && (i === text.length - 1 || text.startsWith(", ", i))) {
      items.push(text.slice(from, i));
      from = i + 2;
    }
  }
  const said = (item: string) => (item[0] === "[" && item.endsWith("]") ? listed(item) : PLAIN.test(item) || /^(null|nan|-?inf)$/i.test(item) ? item : quote(item));
  return `[${items.filter(Boolean).map(said).join(", ")}]`;
}

/** A run has several labels: these, and none of the others that there are. */
function theseLabels({ values }: Column, labels: string[]): string {
  const others = [...new Set((values as (string | null)[]).flatMap(text => text?.split(", ") ?? []))].filter(label => !labels.includes(label));
  return joined([...labels.map(label => `labels == ${quote(label)}`), ...(others.length ? [`not (${oneOf("labels", others)})`] : [])], " and ");
}

/** What nobody sees in a text: controls, and what turns the direction of writing, which rustc takes neither in literals nor in comments. */
export const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** As src/query/display.rs quotes; and all that is not seen. */
export function quote(text: string): string {
  const escapes: Record<string, string> = { "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return `"${text.replace(new RegExp(`["\\\\]|${UNSEEN.source}`, "gu"), letter => escapes[letter] ?? `\\u{${letter.codePointAt(0)!.toString(16)}}`)}"`;
}
