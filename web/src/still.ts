// What a person acts on stays where it is: when other outputs above it grow or shrink in answer, the page scrolls along.

/** How long outputs take to answer: they draw a frame later, large plots some frames. */
const ANSWERED = 700;

export function keepStill(root: HTMLElement) {
  let until = 0;
  const begin = () => {
    const running = until > 0;
    until = performance.now() + ANSWERED;
    if (!running) follow(root, () => performance.now() < until || !(until = 0));
  };
  // Before anything answers: where it is now is where it shall be.
  for (const kind of ["click", "input", "change", "keydown"]) root.addEventListener(kind, begin, { capture: true });
}

function follow(root: HTMLElement, going: () => boolean) {
  const scroller = scrollerOf(root);
  // Its place in what is scrolled does not change when a person scrolls.
  const place = () => root.getBoundingClientRect().top + scroller.scrollTop;
  let was = place(), scrolled = scroller.scrollTop;
  const look = () => {
    const moved = place() - was;
    // Unless the browser did it already.
    if (Math.abs(moved) >= 1 && Math.abs(scroller.scrollTop - scrolled) < 1) scroller.scrollTop += moved;
    was += moved;
    scrolled = scroller.scrollTop;
    if (root.isConnected && going()) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function scrollerOf(element: Element): Element {
  for (let at = element.parentElement; at; at = at.parentElement) if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  return document.scrollingElement ?? document.documentElement;
}
