// Bundles every *.test.ts (Node 20 cannot strip types) and runs them with Node's own test runner. Arguments name files: `npm test filter`.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";

const here = new URL("./", import.meta.url);
const wanted = process.argv.slice(2);
const tests = readdirSync(here)
  .filter(name => name.endsWith(".test.ts") && (!wanted.length || wanted.some(word => name.includes(word))));
// Beside node_modules, so that packages are found, and two levels deep, as the sources are.
const outdir = new URL("../node_modules/.test/unit/", import.meta.url).pathname;
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests.map(name => new URL(name, here).pathname),
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  loader: { ".css": "text" },
  sourcemap: "inline",
  logLevel: "warning",
  define: { WEB: JSON.stringify(new URL("../", here).href) },
});
const { status } = spawnSync(process.execPath, ["--test", "--enable-source-maps", ...tests.map(name => outdir + name.replace(/ts$/, "mjs"))], { stdio: "inherit" });
process.exit(status ?? 1);
