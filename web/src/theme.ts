// The host's colours. The page's own parts take them through CSS variables (style.css); plotly.js wants plain colours, read here.

export interface Theme { dark: boolean; ground: string; ink: string; muted: string; line: string; accent: string }

/** Calls back now and whenever the host's theme changes. */
export function watchTheme(root: HTMLElement, changed: (theme: Theme) => void, signal: AbortSignal) {
  let last = "";
  const read = () => {
    if (!root.isConnected) return;
    const theme = readTheme(root);
    const now = JSON.stringify(theme);
    root.dataset.mlbTheme = theme.dark ? "dark" : "light";
    if (now !== last) changed(theme);
    last = now;
  };
  const soon = () => requestAnimationFrame(read);
  const observer = new MutationObserver(soon);
  // Jupyter and VS Code say it on the body, Colab on the root.
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "data-vscode-theme-kind", "class", "style"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["theme", "class", "style", "data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
  read();
}

function readTheme(root: HTMLElement): Theme {
  const probe = document.createElement("i");
  root.append(probe);
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  const over = (ground: string | null, name: string) => {
    probe.style.color = `var(${name})`;
    // The canvas turns whatever notation the browser computes into three numbers.
    context.fillStyle = ground ?? "#fff";
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${r},${g},${b})`;
  };
  const ground = over(null, "--mlb-ground");
  const theme = {
    dark: isDark(ground),
    ground,
    ink: over(ground, "--mlb-ink"),
    muted: over(ground, "--mlb-muted"),
    line: over(ground, "--mlb-line"),
    accent: over(ground, "--mlb-accent"),
  };
  probe.remove();
  return theme;
}

const isDark = (rgb: string) => {
  const [r, g, b] = rgb.match(/\d+/g)!.map(Number);
  return r * 0.299 + g * 0.587 + b * 0.114 < 128;
};
