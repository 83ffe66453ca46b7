// A column as an axis from 0 to 1: where values lie, ticks, and the filter that a stretch of it means.

import type { Value } from "./filter";
import { parseFilter } from "./filter";
import { clock, exactTime, MISSING, short } from "./format";
import type { Column } from "./runs";

/** A parameter of no more different values has its ticks there. */
const FEW = 7;

export interface Tick { at: number; label: string }
export type Stretch = [from: number, to: number];

export class Along {
  /** Whether some run has no place here. */
  readonly gaps: boolean;
  private readonly low: number = 0;
  private readonly high: number = 1;
  /** Text: its values in order. */
  private readonly names: string[] = [];
  private readonly rankOf = new Map<Value, number>();
  private readonly distinct: number[] = [];

  constructor(readonly column: Column, readonly log: boolean) {
    const { values, kind } = column;
    if (kind === "text") {
      this.names = [...new Set(values)].filter((value): value is string => value !== null).sort(collator.compare);
      this.names.forEach((name, rank) => this.rankOf.set(name, rank));
    } else {
      this.distinct = [...new Set(values as number[])].filter(value => this.usable(value)).sort((a, b) => a - b);
      if (this.distinct.length) [this.low, this.high] = [this.distinct[0], this.distinct[this.distinct.length - 1]];
      if (this.low === this.high) {
        const half = log ? 0 : Math.abs(this.low) * 0.05 || 0.5;
        [this.low, this.high] = log ? [this.low / 2, this.high * 2] : [this.low - half, this.high + half];
      }
    }
    this.gaps = values.some(value => this.at(value) === null);
  }

  /** From 0 to 1; null: it has no place. */
  at(value: Value): number | null {
    if (this.column.kind === "text") return this.rankOf.has(value) ? (this.rankOf.get(value)! + 0.5) / this.names.length : null;
    return this.usable(value) ? (this.scaled(value) - this.scaled(this.low)) / (this.scaled(this.high) - this.scaled(this.low)) : null;
  }

  /** What is written at the axis, where there is room for `most`. */
  ticks(most: number): Tick[] {
    const room = 1 / Math.max(1, most);
    if (this.column.kind === "text") {
      const every = Math.max(1, Math.ceil(this.names.length / most));
      return this.names.map((name, rank) => ({ at: (rank + 0.5) / this.names.length, label: name || "“”" })).filter((_, rank) => rank % every === 0);
    }
    const tick = (value: number): Tick => ({ at: this.at(value)!, label: this.column.kind === "time" ? clock(value) : short(value, 4) });
    if (this.distinct.length === 1) return [tick(this.distinct[0])];
    // A parameter has few values: they say more than round numbers.
    if (this.distinct.length <= FEW) return spaced(this.distinct.map(tick), room);
    if (this.column.kind === "time") return spaced([this.low, (this.low + this.high) / 2, this.high].map(tick), room);
    return spaced((this.log ? powers(this.low, this.high) : round(this.low, this.high, most)).map(tick), room);
  }

  /** The values of a column that has no more than a few, those that have room; else null. */
  few(): { value: number; label: string }[] | null {
    if (this.distinct.length < 2 || this.distinct.length > FEW) return null;
    return spaced(this.distinct.map(value => ({ value, at: this.at(value)!, label: short(value, 4) })), 0.05);
  }

  /** The filter that lets through what lies on this stretch (of `pixels` from 0 to 1); null: nothing does. `gaps`: also what has no place. */
  filter([from, to]: Stretch, pixels: number, gaps = false): string | null {
    const parts: string[] = [];
    if (this.column.kind === "text") {
      const chosen = this.names.filter((_, rank) => (rank + 0.5) / this.names.length >= from && (rank + 0.5) / this.names.length <= to);
      parts.push(...chosen.map(equal));
    } else if (to >= 0 && from <= 1) {
      const [low, high] = [this.value(Math.max(0, from)), this.value(Math.min(1, to))];
      const write = this.writer(pixels);
      parts.push(`${write(low, -1)}..${write(high, 1)}`);
    }
    if (gaps) {
      const values = this.column.values;
      if (values.includes(null)) parts.push(MISSING);
      if (values.some(value => Number.isNaN(value))) parts.push("nan");
      for (const [value, word] of [[Infinity, "inf"], [-Infinity, "-inf"]] as const) if (values.includes(value)) parts.push(word);
    }
    if (!parts.length) return null;
    // A filter that begins and ends with a slash would be read as one regular expression.
    return parts.length > 1 && parts[0][0] === "/" ? `| ${parts.join(" | ")}` : parts.join(" | ");
  }

  /** The stretch that a filter lets through; null: none, or not one stretch. */
  stretch(filter: string | undefined): Stretch | null {
    const test = filter ? parseFilter(filter, this.column.kind) : null;
    if (typeof test !== "function") return null;
    if (this.column.kind === "text") {
      const passing = this.names.map(name => test(name));
      const first = passing.indexOf(true), last = passing.lastIndexOf(true);
      if (first < 0 || passing.slice(first, last + 1).includes(false)) return null;
      return [first / this.names.length, (last + 1) / this.names.length];
    }
    const range = /^\s*(\S[^|,]*?)?\s*\.\.\s*([^|,]*?)\s*(\|[^.]*)?$/.exec(filter!);
    if (!range) return null;
    const end = (text: string | undefined, otherwise: number) => (text ? this.unclamped(this.read(text)) : otherwise);
    const [from, to] = [end(range[1], 0), end(range[2], 1)];
    return Number.isNaN(from) || Number.isNaN(to) || to < from ? null : [Math.max(0, Math.min(1, from)), Math.max(0, Math.min(1, to))];
  }

  /** How far an arrow key moves: a category, or a twentieth. */
  get step(): number {
    return this.column.kind === "text" && this.names.length ? 1 / this.names.length : 0.05;
  }

  /** In words. */
  says([from, to]: Stretch): string {
    const { kind } = this.column;
    if (kind === "text") return this.names.filter((_, rank) => (rank + 0.5) / this.names.length >= from && (rank + 0.5) / this.names.length <= to).join(", ");
    const word = (at: number) => (kind === "time" ? exactTime(this.value(at)) : short(this.value(at), 3));
    return `${word(from)} to ${word(to)}`;
  }

  private value(at: number): number {
    const value = this.scaled(this.low) + at * (this.scaled(this.high) - this.scaled(this.low));
    return this.log ? 10 ** value : value;
  }

  /** As few digits as a pixel is worth, rounded to the outside so that what was touched stays in. */
  private writer(pixels: number): (value: number, outwards: 1 | -1) => string {
    if (this.column.kind === "time") return value => exactTime(value);
    return (value, outwards) => {
      const near = this.log ? value * Math.LN10 * (this.scaled(this.high) - this.scaled(this.low)) : this.high - this.low;
      const unit = 10 ** Math.floor(Math.log10(near / pixels));
      // A value at the end of the axis is written as it is.
      const exact = outwards < 0 ? this.low : this.high;
      if (Math.abs(value - exact) <= unit / 2) return String(exact);
      const steps = outwards < 0 ? Math.floor(value / unit) : Math.ceil(value / unit);
      return String(+(steps * unit).toPrecision(12));
    };
  }

  private read(text: string): number {
    return this.column.kind === "time" ? new Date(text.replace(" ", "T")).getTime() : +text;
  }

  private unclamped(value: number): number {
    if (this.log && value <= 0) return 0;
    return (this.scaled(value) - this.scaled(this.low)) / (this.scaled(this.high) - this.scaled(this.low));
  }

  private readonly scaled = (value: number) => (this.log ? Math.log10(value) : value);
  private readonly usable = (value: Value): value is number => typeof value === "number" && Number.isFinite(value) && (!this.log || value > 0);
}

/** The text filter for this value and no other. */
function equal(text: string): string {
  const plain = !text.includes("|") && text === text.trim() && text !== "" && !/[\r\n\u2028\u2029]/.test(text);
  if (plain) return `=${text}`;
  const escaped = text.replace(/[.*+?^${}()[\]\\/]/g, "\\$&").replace(/[|\s]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `/^${escaped}$/`;
}

/** Those that do not crowd one another, the first and the last among them if they can be. */
function spaced<T extends Tick>(ticks: T[], room: number): T[] {
  const kept: T[] = [];
  for (const tick of ticks) if (!kept.length || tick.at - kept[kept.length - 1].at >= room * 0.85) kept.push(tick);
  return kept;
}

function round(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, Math.min(most, 8)), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(step => step >= rough * 0.999)!;
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= high / step + 1e-9 && values.length < 100; i++) values.push(+(i * step).toPrecision(12));
  return values.map(value => Math.min(high, Math.max(low, value)));
}

function powers(low: number, high: number): number[] {
  const from = Math.ceil(Math.log10(low) - 1e-9), to = Math.floor(Math.log10(high) + 1e-9);
  if (to - from < 1) return round(low, high, 5);
  return Array.from({ length: to - from + 1 }, (_, i) => Math.min(high, Math.max(low, 10 ** (from + i))));
}

const collator = new Intl.Collator("en", { numeric: true });
