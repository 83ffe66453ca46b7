// Applies what changed between two payloads (src/engine/live/patch.rs). What did not change stays the same object, so that panels see by identity what is new.

export type Patch =
  | { "=": unknown }
  | { o: Record<string, Patch>; d?: string[] }
  | { s: [number[], unknown[]] }
  | { e: [number[], Patch[]] }
  | { a: [start: number, end: number, between: unknown[]] };

export function apply(old: any, patch: Patch): any {
  if ("=" in patch) return patch["="];
  if ("o" in patch) {
    const object = { ...old };
    for (const key of patch.d ?? []) delete object[key];
    for (const key of Object.keys(patch.o)) object[key] = apply(old?.[key], patch.o[key]);
    return object;
  }
  if ("s" in patch) {
    const array = [...old];
    patch.s[0].forEach((place, i) => (array[place] = patch.s[1][i]));
    return array;
  }
  if ("e" in patch) {
    const array = [...old];
    patch.e[0].forEach((place, i) => (array[place] = apply(old[place], patch.e[1][i])));
    return array;
  }
  const [start, end, between] = patch.a;
  return [...old.slice(0, start), ...between, ...(end ? old.slice(-end) : [])];
}
