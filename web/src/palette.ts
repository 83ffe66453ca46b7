// Colours that colour-blind readers can tell apart. Categories: Okabe and Ito's without the yellow on light ground, filled up from Tol's; lightened on dark, filled up with what is farthest from the others for all kinds of eyes.
// After eight the dash changes, not the colour. Many numbers: the viridis scale, cut at the end that would vanish on the ground.

const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#882255", "#117733"];
const DARK = ["#56b4e9", "#e69f00", "#2bcb98", "#e6a0c4", "#9566fe", "#f0e442", "#ca6640", "#60fe8c"];
const DASHES = ["solid", "dash", "dot", "dashdot"] as const;
const VIRIDIS = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];

export interface Style { colour: string; dash: (typeof DASHES)[number] }

/** Of a run that has no value. */
export const missing = (dark: boolean): Style => ({ colour: dark ? "#8b8f98" : "#767b84", dash: "solid" });

/** The style of the `index`th category. */
export function category(index: number, dark: boolean): Style {
  const colours = dark ? DARK : LIGHT;
  return { colour: colours[index % colours.length], dash: DASHES[Math.floor(index / colours.length) % DASHES.length] };
}

/** The style at `position` (0 to 1) of a scale. */
export function scale(position: number, dark: boolean): Style {
  const [from, to] = dark ? [0.3, 1] : [0, 0.86];
  const at = (from + Math.min(1, Math.max(0, position)) * (to - from)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  return { colour: mix(VIRIDIS[low], VIRIDIS[low + 1], at - low), dash: "solid" };
}

/** How numbers lie on 0..=1: by their logarithm where they are positive and span more than 30 times. */
export function placing(values: number[]): { low: number; high: number; log: boolean; at: (value: number) => number } {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity), high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const log = low > 0 && high / low > 30;
  const place = log ? Math.log : (x: number) => x;
  const span = place(high) - place(low);
  return { low, high, log, at: value => (span > 0 ? (place(value) - place(low)) / span : 0.5) };
}

export const positions = (values: number[]) => placing(values).at;

function mix(a: string, b: string, part: number): string {
  const channel = (i: number) => {
    const x = parseInt(a.slice(i, i + 2), 16), y = parseInt(b.slice(i, i + 2), 16);
    return Math.round(x + (y - x) * part).toString(16).padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
