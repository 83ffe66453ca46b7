// The runs of one board, column by column.

import type { Board, Column as Packed, Num } from "../payload";
import type { Kind, Value } from "./filter";
import { clock, cut, exactTime, number, short } from "./format";

export interface Column {
  key: string;
  kind: Kind;
  group: Packed["group"];
  shown: boolean;
  values: Value[];
  parts?: Packed["parts"];
}

export class Runs {
  readonly columns = new Map<string, Column>();
  n = 0;
  /** The id of each row: what outputs that follow one another have in common. */
  ids: string[] = [];
  names: string[] = [];
  /** The place of each run in its folder, the oldest 0. */
  places: number[] = [];
  private domains: NonNullable<Board["domains"]> = {};
  private readonly rowOfId = new Map<string, number>();
  /** The columns as they crossed, to see which changed. */
  private readonly packed = new Map<string, Packed>();
  private readonly orders = new Map<string, Float64Array>();

  constructor(board: Board) {
    this.refresh(board);
  }

  /** Takes newer columns; those that are there already stay the same objects. Whether a legend may read otherwise now. */
  refresh(board: Board): { legend: boolean } {
    this.n = board.n;
    let legend = false;
    for (const packed of board.columns) {
      const { key, kind, group, shown, values, parts } = packed;
      if (this.packed.get(key) === packed) continue;
      this.packed.set(key, packed);
      this.orders.delete(key);
      legend ||= group === "param" || !PASSING.has(key) && group === "run";
      const wide = kind === "text" ? (values as Value[]) : (values as Num[]).map(number);
      const known = this.columns.get(key);
      if (known) Object.assign(known, { kind, group, parts, values: wide });
      else this.columns.set(key, { key, kind, group, shown, parts, values: wide });
    }
    const now = new Set(board.columns.map(column => column.key));
    for (const key of [...this.columns.keys()].filter(key => !now.has(key))) {
      this.columns.delete(key);
      this.packed.delete(key);
      legend = true;
    }
    this.rowOfId.clear();
    const texts = (key: string) => this.columns.get(key)?.values.map((value, row) => (value === null ? `run ${row + 1}` : String(value)));
    this.names = texts("name") ?? texts("id") ?? Array.from({ length: this.n }, (_, row) => `run ${row + 1}`);
    this.ids = texts("id") ?? this.names;
    this.places = board.places ?? this.ids.map((_, row) => this.n - 1 - row);
    legend ||= JSON.stringify(this.domains) !== JSON.stringify(board.domains ?? {});
    this.domains = board.domains ?? {};
    this.ids.forEach((id, row) => this.rowOfId.set(id, row));
    return { legend };
  }

  row(id: string): number | undefined {
    return this.rowOfId.get(id);
  }

  value(key: string, row: number): Value {
    return this.columns.get(key)?.values[row] ?? null;
  }

  /** The values that a column has in the whole folder, in order; the ends of its numbers where there are many. */
  domain(key: string): { values: Value[]; ends: [number, number] | null } {
    const column = this.columns.get(key)!, sent = this.domains[key];
    const ends: [number, number] | null = sent && !Array.isArray(sent) ? [sent.low, sent.high] : null;
    const more: Value[] = Array.isArray(sent) ? (column.kind === "text" ? (sent as string[]) : (sent as Num[]).map(number)) : [];
    const values = [...new Set([...column.values, ...more])].filter(value => value !== null);
    if (column.parts) {
      const { order } = column.parts, place = (value: Value) => order[column.values.indexOf(value)];
      values.sort((a, b) => place(a) - place(b));
    } else if (column.kind === "text") values.sort((a, b) => collator.compare(a as string, b as string));
    else values.sort((a, b) => Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || (a as number) - (b as number));
    return { values, ends };
  }

  /** As the table shows it. */
  text(key: string, row: number): string {
    const column = this.columns.get(key);
    const value = column?.values[row] ?? null;
    if (typeof value !== "number") return value ?? short(null);
    if (column!.kind === "time") return clock(value);
    return key === "duration" ? duration(value) : short(value);
  }

  /** In full. */
  fullText(key: string, row: number): string {
    const column = this.columns.get(key);
    const value = column?.values[row] ?? null;
    if (typeof value !== "number") return value ?? short(null);
    return column!.kind === "time" ? exactTime(value) : Number.isFinite(value) ? String(value) : short(value);
  }

  /** A number for each row that sorts as its value does; NaN for what comes last in either direction. */
  order(key: string): Float64Array {
    let order = this.orders.get(key);
    if (!order) {
      const { values, kind, parts } = this.columns.get(key)!;
      if (parts) {
        order = Float64Array.from(values, (value, row) => (value === null ? NaN : parts.order[row]));
      } else if (kind === "text") {
        const distinct = [...new Set(values)].filter((value): value is string => value !== null).sort(collator.compare);
        const ranks = new Map<Value, number>(distinct.map((value, rank) => [value, rank]));
        order = Float64Array.from(values, value => ranks.get(value) ?? NaN);
      } else {
        order = Float64Array.from(values, value => (value as number | null) ?? NaN);
      }
      this.orders.set(key, order);
    }
    return order;
  }

  /** ` (killed)`: the status of a run that neither runs nor is finished, to be said after its name. */
  trouble(row: number): string {
    const status = this.value("status", row);
    return status === null || status === "running" || status === "finished" ? "" : ` (${status})`;
  }

  /** What to call a run where its name may be one of several. */
  title(row: number): string {
    return cut(this.names[row], 120);
  }
}

/** Columns of a run that change while it runs; no legend goes by them. */
const PASSING = new Set(["duration", "thoughts", "how"]);

const collator = new Intl.Collator("en", { numeric: true });

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return short(seconds);
  if (seconds < 60) return `${short(seconds, 3)} s`;
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes} m ${Math.round(seconds - minutes * 60)} s`;
  return hours < 48 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Sorts rows by several columns, of the runs or of `more` (numbers); equal ones keep their order, missing values come last. */
export function sortRows(rows: number[], runs: Runs, keys: { column: string; descending: boolean }[], more: Pick<Column, "key" | "values">[] = []): number[] {
  const by = keys.flatMap(({ column, descending }) => {
    const other = runs.columns.has(column) ? null : more.find(each => each.key === column);
    if (other === undefined) return [];
    const order = other ? Float64Array.from(other.values, value => (value as number | null) ?? NaN) : runs.order(column);
    return [{ order, sign: descending ? -1 : 1 }];
  });
  if (!by.length) return rows;
  return [...rows].sort((a, b) => {
    for (const { order, sign } of by) {
      const x = order[a], y = order[b];
      if (x === y) continue;
      const noX = Number.isNaN(x), noY = Number.isNaN(y);
      if (noX && noY) continue;
      if (noX || noY) return noX ? 1 : -1;
      return x < y ? -sign : sign;
    }
    return 0;
  });
}
