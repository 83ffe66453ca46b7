// Builds the page's runtime into ../src/render/assets, where the crate embeds it. With --check: compares instead of writing.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

const here = new URL("./", import.meta.url);
const assets = new URL("../src/render/assets/", here);
const common = { bundle: true, minify: true, target: "es2020", charset: "utf8", write: false, logLevel: "warning", absWorkingDir: here.pathname };
const version = name => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, here), "utf8")).version;
const PLOTLY = "plotly.js-basic-dist-min";

/** Plotly as it is published, but private: the page's `window.Plotly` stays what it was, with and without an AMD loader. */
function plotly() {
  const [before, after, ...more] = readFileSync(new URL(`node_modules/${PLOTLY}/plotly-basic.min.js`, here), "utf8").split("window.Plotly = Plotly;");
  if (after === undefined || more.length) throw new Error("this version of plotly.js sets window.Plotly in another way");
  return before + after;
}

async function bundle() {
  const result = await build({ ...common, entryPoints: ["src/main.ts"], format: "iife", globalName: "page", loader: { ".css": "text" } });
  return `/*! ml_board's page runtime, MIT OR Apache-2.0, with plotly.js v${version(PLOTLY)}, MIT: see THIRD-PARTY.md */
var __MLB=(()=>{const module={exports:{}};
${plotly()}
const Plotly=module.exports;
${result.outputFiles[0].text}
return page})();
`;
}

async function loader(hash) {
  const result = await build({ ...common, entryPoints: ["src/loader.ts"], format: "iife", define: { HASH: JSON.stringify(hash) } });
  return result.outputFiles[0].text.trim();
}

const runtime = await bundle();
const hash = createHash("sha256").update(runtime).digest("hex").slice(0, 12);
const packed = gzipSync(runtime, { level: 9 });
const manifest = JSON.stringify({
  hash,
  versions: { "plotly.js": version(PLOTLY) },
  licences: { "ml_board": "MIT OR Apache-2.0", "plotly.js": "MIT" },
}, null, 2) + "\n";
const script = await loader(hash);
if (/<\/script|<!--|\n/i.test(script)) throw new Error("loader.js must be one line that can stand in a script element");

if (process.argv.includes("--check")) {
  const stale = [];
  const same = (name, want, read = bytes => bytes.toString()) => {
    const file = new URL(name, assets);
    if (!existsSync(file) || read(readFileSync(file)) !== want) stale.push(name);
  };
  // Compared unpacked: the header of a gzip file may differ from machine to machine.
  same("runtime.js.gz", runtime, bytes => gunzipSync(bytes).toString());
  same("loader.js", script);
  same("manifest.json", manifest);
  if (stale.length) {
    console.error(`src/render/assets is not what web/ builds: ${stale.join(", ")}. Run \`node build.mjs\` in web/ and commit the result.`);
    process.exit(1);
  }
  console.log(`src/render/assets is up to date (${hash})`);
} else {
  mkdirSync(assets, { recursive: true });
  // A stable hash must not churn the packed bytes from one zlib to the next.
  const old = new URL("runtime.js.gz", assets);
  if (!existsSync(old) || gunzipSync(readFileSync(old)).toString() !== runtime) writeFileSync(old, packed);
  writeFileSync(new URL("loader.js", assets), script);
  writeFileSync(new URL("manifest.json", assets), manifest);
  console.log(`${hash}: runtime ${runtime.length} B, ${packed.length} B packed; loader ${script.length} B`);
}
