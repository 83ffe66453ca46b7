// Runs as CSV (RFC 4180), in full: numbers with all their digits, times in UTC.

import type { Column } from "./runs";

export function csvOf(rows: number[], columns: Column[]): string {
  const lines = [columns.map(column => quoted(column.key))];
  for (const row of rows) lines.push(columns.map(column => cell(column, row)));
  return lines.map(line => line.join(",") + "\r\n").join("");
}

function cell({ kind, values }: Column, row: number): string {
  const value = values[row];
  if (value === null) return "";
  if (typeof value === "string") return quoted(value);
  if (kind === "time" && Number.isFinite(value)) return new Date(value).toISOString();
  // As Rust, Python and most readers of CSV say them.
  return Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

/** An empty text is quoted, so that it is not a missing value. */
const quoted = (text: string) => (text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

/** Puts a text on the clipboard; where a page may not (no HTTPS, an old browser) by way of a selection. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
