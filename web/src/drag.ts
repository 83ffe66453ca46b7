// A press that becomes a drag.

/** Tells where the pointer goes until it is let go. */
export function follow(down: PointerEvent, moved: (event: PointerEvent) => void): Promise<void> {
  down.preventDefault();
  const ending = new AbortController();
  return new Promise(done => {
    const end = () => {
      ending.abort();
      done();
    };
    addEventListener("pointermove", moved, { signal: ending.signal });
    addEventListener("pointerup", end, { signal: ending.signal, capture: true });
    addEventListener("pointercancel", end, { signal: ending.signal, capture: true });
  });
}

/** Takes the click that ends a drag, if there is one. */
export function swallowClick() {
  const ending = new AbortController();
  addEventListener("click", event => event.stopPropagation(), { capture: true, signal: ending.signal });
  setTimeout(() => ending.abort());
}
