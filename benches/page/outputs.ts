// Our outputs, as the Rust side writes them (web/test/support), of made-up runs: `outputs.mjs DIRECTORY`, once bundled.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../web/test/support/page";
import * as sample from "../../web/test/support/sample";

const directory = process.argv[2];
const write = (name: string, html: string) => writeFileSync(join(directory, `${name}.html`), html);
const curves = { n: 100, steps: 1000 };
const plot = (seed: number) => output(sample.payload(sample.plot("Loss", { ...curves, seed }), curves));
write("plot", plot(2));
for (let n = 0; n < 20; n++) write(`many-${n}`, plot(n + 3));
// Twelve columns and 88 more.
const search = { n: 10_000, extraColumns: 88 };
write("table", output(sample.payload({ type: "table", board: 0, columns: null, sort: [] }, search)));
