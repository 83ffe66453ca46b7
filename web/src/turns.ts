// Figures take turns: to draw one takes tens of milliseconds, and all of them in one frame would hold up whoever scrolls or types meanwhile.

/** After so long the others wait for the next frame. */
const BUDGET_MS = 25;

const waiting = new Set<() => void>();
let asked = false;

/** Runs `draw` once in one of the next frames, however often it was asked for; those that asked first come first. */
export function inTurn(draw: () => void): () => void {
  return () => {
    waiting.add(draw);
    ask();
  };
}

function ask() {
  if (asked || !waiting.size) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const begun = performance.now();
    try {
      for (const draw of waiting) {
        waiting.delete(draw);
        draw();
        if (performance.now() - begun >= BUDGET_MS) break;
      }
    } finally {
      ask();
    }
  });
}
