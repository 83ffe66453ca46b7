// Numbers, times and missing values, as a person reads them.

import type { Num } from "../payload";

export const MISSING = "–";

/** A number of the payload; JSON has no words for NaN and the infinities. */
export function number(value: Num): number | null {
  if (typeof value === "number" || value === null) return value;
  return value === "NaN" ? NaN : value === "inf" ? Infinity : -Infinity;
}

/** With `digits` significant digits, without trailing zeros; powers of ten where plain digits would be long. */
export function short(value: number | null, digits = 5): string {
  if (value === null) return MISSING;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return String(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    // 0.001 and 0.0005 read well as they are.
    if (size >= 1e-4 && size < 1e-3 && +mantissa === Math.round(+mantissa)) return String(+value.toPrecision(digits));
    return `${+mantissa}e${+exponent}`;
  }
  return String(+value.toPrecision(digits));
}

/** 1234567 as 1,234,567. */
export const grouped = (value: number) => value.toLocaleString("en-US");

const two = (value: number) => String(value).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `14:02`, or `23 Nov 14:02`, or `23 Nov 2025 14:02`: as much as is needed to know the day, in the reader's time zone. */
export function clock(ms: number, now = Date.now()): string {
  const t = new Date(ms), today = new Date(now);
  const time = `${two(t.getHours())}:${two(t.getMinutes())}`;
  if (t.toDateString() === today.toDateString()) return time;
  const day = `${t.getDate()} ${MONTHS[t.getMonth()]}`;
  return t.getFullYear() === today.getFullYear() ? `${day} ${time}` : `${day} ${t.getFullYear()} ${time}`;
}

/** `2026-11-23 14:02:07`, in the reader's time zone. */
export function exactTime(ms: number): string {
  const t = new Date(ms);
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

/** Milliseconds whose UTC reading is the local one: plotly.js knows no time zones. */
export const asLocal = (ms: number) => ms - new Date(ms).getTimezoneOffset() * 60_000;

/** Text that plotly.js shows as it stands: it reads some tags and entities. */
export const plain = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\s*[\r\n]+\s*/g, " ");

/** Text in lines of some length, for a label that breaks none itself. */
export function wrapped(text: string, length: number, most: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split(/[\r\n]+/)) {
    let line = "";
    for (const word of paragraph.split(/\s+/).flatMap(word => word.match(new RegExp(`.{1,${length}}`, "gsu")) ?? [])) {
      if (line && line.length + 1 + word.length > length) {
        lines.push(line);
        line = word;
      } else line = line ? `${line} ${word}` : word;
    }
    if (line) lines.push(line);
  }
  return lines.length > most ? [...lines.slice(0, most - 1), `${lines[most - 1]} …`] : lines;
}

/** The beginning of a long name. */
export const cut = (text: string, length: number) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

/** A length in a path, in pixels: finer ones cannot be seen. */
export const tenth = (pixels: number) => Math.round(pixels * 10) / 10;
