// A press that becomes a drag.

/** Tells once when the pointer is let go, or taken away from the page: `pointerup` or `pointercancel`. */
export function released(ended: (event: PointerEvent) => void) {
  const ending = new AbortController();
  for (const name of ["pointerup", "pointercancel"] as const) {
    addEventListener(name, event => {
      ending.abort();
      ended(event);
    }, { signal: ending.signal, capture: true });
  }
}

/** Tells where the pointer goes until it is let go. */
export function follow(down: PointerEvent, moved: (event: PointerEvent) => void): Promise<void> {
  down.preventDefault();
  const ending = new AbortController();
  return new Promise(done => {
    addEventListener("pointermove", moved, { signal: ending.signal });
    released(() => {
      ending.abort();
      done();
    });
  });
}

/** Takes the click that ends a drag, if there is one. */
export function swallowClick() {
  const ending = new AbortController();
  addEventListener("click", event => event.stopPropagation(), { capture: true, signal: ending.signal });
  setTimeout(() => ending.abort());
}
