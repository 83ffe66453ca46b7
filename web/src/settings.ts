// What a person has set on the page, as plain data: this crosses to other outputs, frames and tabs, and becomes Rust.

export type XKind = "step" | "relative" | "wall" | "metric";
/** What happens to runs outside of the filters and the selection: they are left out, or dimmed. */
export type Mode = "filter" | "highlight";

export interface Settings {
  /** By column: what was typed. */
  filters: Record<string, string>;
  /** Ids of the selected runs, in the order in which they were selected. */
  selected: string[];
  /** The column that legends and captions say; null: each view's own. */
  legend: string | null;
  /** By legend column: values whose curves are switched off. */
  hidden: Record<string, string[]>;
  mode: Mode;
  /** Of all curves; null: each plot's own. */
  smooth: number | null;
  x: XKind | null;
  /** By `x` or `y` and the tag (`y Loss`): whether the axis is logarithmic. */
  log: Record<string, boolean>;
  /** Of all images and histograms; null: each panel's last. */
  step: number | null;
}

const text = (value: unknown): value is string => typeof value === "string";
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter(text) : []);
const record = <T>(value: unknown, of: (value: unknown) => T | undefined): Record<string, T> => {
  const entries = value && typeof value === "object" ? Object.entries(value) : [];
  return Object.fromEntries(entries.flatMap(([key, each]) => (of(each) === undefined ? [] : [[key, of(each)!]])));
};

/** Settings that another version of this runtime may have sent: what is not understood is as if it were not set. */
export function settingsOf(data: unknown): Settings {
  const given = (data ?? {}) as Record<string, unknown>;
  return {
    filters: record(given.filters, value => (text(value) && value.trim() ? value.trim() : undefined)),
    selected: texts(given.selected),
    legend: text(given.legend) ? given.legend : null,
    hidden: record(given.hidden, value => (texts(value).length ? texts(value) : undefined)),
    mode: given.mode === "highlight" ? "highlight" : "filter",
    smooth: typeof given.smooth === "number" && given.smooth >= 0 && given.smooth < 1 ? given.smooth : null,
    x: ["step", "relative", "wall", "metric"].find((kind): kind is XKind => kind === given.x) ?? null,
    log: record(given.log, value => (typeof value === "boolean" ? value : undefined)),
    step: typeof given.step === "number" && Number.isFinite(given.step) ? given.step : null,
  };
}
