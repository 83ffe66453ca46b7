// Checks that are counted.

let passed = 0;
let failed = 0;

export function check(name, holds, seen = "") {
  if (holds) passed += 1;
  else failed += 1;
  console.log(holds ? `ok    ${name}` : `FAIL  ${name}\n${JSON.stringify(seen)}`);
}

/** Waits until `read` gives what `holds` for, and checks that it did. */
export async function eventually(name, read, holds) {
  let seen;
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise(next => setTimeout(next, 50))) {
    seen = await read();
    if (holds(seen)) break;
  }
  check(name, holds(seen), seen);
}

/** Says what they came to; what the process is to end with. */
export function counted() {
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  return failed > 0 ? 1 : 0;
}
