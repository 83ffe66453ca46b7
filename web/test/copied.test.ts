// "Copy as Rust": what the page writes, and the rows that it means. copied.json has both; the Rust side (src/query/copied.rs) parses the
// same texts and must find the same runs. With ML_BOARD_COPIED=write the texts are written anew, to be looked at.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Board, Column, Num } from "../payload";
import { boardOf, float, literal, narrowing } from "../src/rust";
import { View } from "../src/view";

declare const WEB: string;
// Filters of times mean the reader's clock; the texts are in UTC.
process.env.TZ = "UTC";

interface Made { id: string; name: string; started: number; ended?: number; status: string; group?: string; labels?: string[]; params: Record<string, unknown>; metrics: Record<string, (number | string)[]> }
interface Case { what: string; filters?: Record<string, string>; selected?: string[]; hidden?: { legend: string; values: string[] }; rust: string; rows: number[] }

const path = new URL("test/copied.json", WEB);
const { runs, cases }: { runs: Made[]; cases: Case[] } = JSON.parse(readFileSync(path, "utf8"));

/** As src/render/columns.rs makes them. */
function board(): Board {
  const column = (key: string, kind: Column["kind"], group: Column["group"], values: unknown[]): Column => ({ key, kind, group, values: values.map(value => value ?? null) as Num[], shown: true });
  const eight = (value: number | string | undefined) => (typeof value === "number" && Math.abs(value) < 1e7 ? +value.toPrecision(8) : value ?? null);
  const names = [...new Set(runs.flatMap(run => Object.keys(run.params)))];
  const shown = (value: unknown): string => (Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : String(value).replace(/^i64:/, ""));
  const params = names.map(name => {
    const values = runs.map(run => run.params[name]);
    const numbers = values.every(value => value === undefined || value === null || typeof value === "number" || value === "NaN");
    const key = /^[a-z_][\w.-]*$/i.test(name) ? name : `\`${name}\``;
    return column(key, numbers ? "number" : "text", "param", numbers ? values : values.map(value => value === undefined || value === null ? null : shown(value)));
  });
  const tags = [...new Set(runs.flatMap(run => Object.keys(run.metrics)))];
  const columns = [
    column("id", "text", "run", runs.map(run => run.id)), column("name", "text", "run", runs.map(run => run.name)), column("started", "time", "run", runs.map(run => run.started)),
    column("status", "text", "run", runs.map(run => run.status)), column("duration", "number", "run", runs.map(run => (run.ended === undefined ? null : (run.ended - run.started) / 1000))),
    column("group", "text", "run", runs.map(run => run.group)), column("labels", "text", "run", runs.map(run => run.labels?.join(", "))),
    ...params, ...tags.map(tag => column(`last(${tag})`, "number", "metric", runs.map(run => eight(run.metrics[tag]?.at(-1))))),
  ];
  const told = runs.map(({ params: { lr, optimizer } }) => (lr === undefined && optimizer === undefined ? null : `${lr ?? "–"}, ${optimizer ?? "–"}`));
  columns.push({ ...column("lr, optimizer", "text", "param", told), shown: false, parts: { keys: ["lr", "optimizer"], order: runs.map((_, row) => row) } });
  return { id: `copied-${Math.random()}`, title: "d / f", columns, n: runs.length, total: runs.length, legend: "lr" };
}

test("each filter of the page is said in Rust, and means the rows that the page shows", () => {
  for (const each of cases) {
    const view = new View(board(), 0, {} as HTMLElement);
    view.theme = { dark: false } as View["theme"];
    const { store } = view;
    for (const [key, text] of Object.entries(each.filters ?? {})) store.setFilter(key, text);
    if (each.selected) store.select(each.selected);
    if (each.hidden) {
      store.setLegend(each.hidden.legend);
      store.setHidden(each.hidden.legend, each.hidden.values);
    }
    const rows = store.rows(view.runs).filter(row => !each.selected || store.selected.has(view.runs.ids[row]))
      .filter(row => !each.hidden || !store.hiddenOf(each.hidden.legend).has(view.legendBy(each.hidden.legend).of(row).value));
    const rust = narrowing(view);
    if (process.env.ML_BOARD_COPIED === "write") Object.assign(each, { rust, rows });
    assert.deepEqual({ rust, rows }, { rust: each.rust, rows: each.rows }, each.what);
  }
  if (process.env.ML_BOARD_COPIED === "write") writeFileSync(path, `{\n"runs": [\n${runs.map(run => JSON.stringify(run)).join(",\n")}\n],\n"cases": [\n${cases.map(each => JSON.stringify(each)).join(",\n")}\n]\n}\n`);
});

test("a selection without any run of the output narrows nothing; what is drawn dimmed is left out, and that is said", () => {
  const view = new View(board(), 0, {} as HTMLElement), { store, runs } = view;
  const copied = () => {
    const unsaid: string[] = [];
    return [narrowing(view, unsaid), unsaid];
  };
  store.select(["a run of another output"]);
  assert.deepEqual(copied(), [null, []]);
  store.select([runs.ids[1]]);
  assert.deepEqual(copied(), [`id == "${runs.ids[1]}"`, []]);
  store.setMode("highlight");
  assert.deepEqual(copied(), [`id == "${runs.ids[1]}"`, ["the others, dimmed"]]);
});

test("a filter of what an insight worked out cannot be said", () => {
  const steps = { key: "steps to last(Loss) < 1", kind: "number", group: "metric", shown: true, values: runs.map((_, i) => i) } as Column;
  const view = new View({ ...board(), columns: [...board().columns, steps] }, 0, {} as HTMLElement), unsaid: string[] = [];
  view.store.setFilter(steps.key, "<5");
  assert.deepEqual([narrowing(view, unsaid), unsaid], [null, [`${steps.key} <5`]]);
});

test("literals of Rust", () => {
  assert.deepEqual(['"#\\best \\u0041', "a\u202eb"].map(literal), ['"\\"#\\\\best \\\\u0041"', '"a\\u{202e}b"']);
  assert.deepEqual(["a", 'a"b', "a\\d", 'a"#b', "a\nb"].map(literal), ['"a"', 'r#"a"b"#', 'r#"a\\d"#', '"a\\"#b"', '"a\\nb"']);
  assert.deepEqual([1, 0.6, 1e-7, 1e21, -3].map(float), ["1.0", "0.6", "1e-7", "1e21", "-3.0"]);
  const narrow = { ...board(), filter: 'optimizer == "adam"' };
  assert.equal(boardOf(narrow, "lr < 0.1"), 'board.filter(r#"optimizer == "adam""#)?.filter("lr < 0.1")?');
});
