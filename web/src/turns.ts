// Figures take turns: to draw one takes tens of milliseconds, and all of them in one frame would hold up whoever scrolls or types meanwhile.

/** What figures may take of one frame, together; a single one may take longer. */
const BUDGET_MS = 16;

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
    let from = begun;
    try {
      for (const draw of waiting) {
        waiting.delete(draw);
        draw();
        const now = performance.now();
        // The next one will take as long as this one.
        if (2 * now - from - begun >= BUDGET_MS) break;
        from = now;
      }
    } finally {
      ask();
    }
  });
}
