// The programs beside a bench: what they take, and where they answer.

import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** What a process and its children have taken: seconds of processor, and megabytes that are in memory now. */
export function ofTree(root) {
  const all = readdirSync("/proc").filter(name => /^\d+$/.test(name)).flatMap(pid => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
      const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
      return [{ pid: Number(pid), parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) / 100, resident }];
    } catch {
      return []; // It ended meanwhile.
    }
  });
  const tree = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) if (tree.has(parent) && !tree.has(pid)) grown = !!tree.add(pid);
  }
  const sum = of => all.filter(({ pid }) => tree.has(pid)).reduce((total, one) => total + one[of], 0);
  return { cpu: sum("cpu"), resident: sum("resident") };
}

export const freePort = () => new Promise(found => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});

/** The address that a server says, in colours or without. */
export const said = child => new Promise((found, failed) => {
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", line => /https?:\S+/.test(line) && found(line.match(/https?:[^\s)\x1b]+/)[0]));
  child.once("exit", code => failed(new Error(`it ended with ${code}`)));
});
