// What columns belong to.

import type { Column } from "./runs";

/** In the order of the column chooser. */
export const GROUPS: [Column["group"], string][] = [["param", "Parameters"], ["metric", "Results"], ["run", "Run"], ["origin", "Where from"]];

const TITLES = new Map(GROUPS);

export const groupOf = (column: Pick<Column, "group">) => TITLES.get(column.group) ?? "";
