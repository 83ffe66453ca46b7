// Thoughts, in order of time: what was thought, of which run, when.

import type { Thoughts } from "../payload";
import { h } from "./dom";
import { clock, exactTime, grouped } from "./format";
import { card, notesOf } from "./parts";
import type { View } from "./view";

/** Put into the page at once; the rest follows as one scrolls. */
const CHUNK = 100;

export class ThoughtsPanel {
  readonly element: HTMLElement;
  private readonly list = h("ol", { class: "mlb-thoughts", tabindex: 0, "aria-label": "Thoughts" });
  private readonly count = h("span", { class: "mlb-count" });
  private items: Thoughts["items"] = [];
  private put = 0;
  private folders = false;

  constructor(private readonly view: View, private thoughts: Thoughts) {
    this.element = card("thoughts-card", "Thoughts", [this.count], this.list, notesOf(thoughts.notes));
    this.list.addEventListener("scroll", () => {
      if (this.list.scrollTop + this.list.clientHeight > this.list.scrollHeight - 400) this.append();
    }, { passive: true });
    view.on(["rows", "selection", "legend", "theme"], () => this.draw());
    this.draw();
  }

  /** What makes it. */
  rust(board: string): string {
    return `${board}.thoughts()`;
  }

  /** Takes newer thoughts. Whoever read on from the beginning stays there; whoever was at the end sees what comes. */
  refresh(thoughts: Thoughts) {
    const { list } = this, { scrollTop } = list, atEnd = scrollTop > 0 && scrollTop + list.clientHeight > list.scrollHeight - 4;
    const before = this.put;
    this.thoughts = thoughts;
    this.draw();
    while (this.put < Math.min(before, this.items.length)) this.append();
    list.scrollTop = atEnd ? list.scrollHeight : scrollTop;
  }

  /** A filter, a selection or a legend is about these runs; without one, thoughts of others are shown as well. */
  private draw() {
    const { view, thoughts } = this;
    this.folders = new Set(thoughts.items.map(item => item.folder)).size > 1;
    const hides = view.hides(), drawn = new Set(view.focus().filter(row => !hides(row)));
    const narrowed = drawn.size < view.runs.n;
    this.items = thoughts.items.filter(item => (item.run === null ? !narrowed : drawn.has(item.run)));
    this.count.textContent = this.items.length === thoughts.items.length ? grouped(this.items.length) : `${grouped(this.items.length)} of ${grouped(thoughts.items.length)}`;
    this.list.replaceChildren();
    this.put = 0;
    this.append();
    if (!this.items.length) this.list.append(h("li", { class: "mlb-nothing" }, thoughts.items.length ? "No thought of these runs." : "No thoughts yet: add_thought(\"…\") writes one."));
  }

  private append() {
    const legend = this.view.legend();
    const next = this.items.slice(this.put, this.put + CHUNK);
    this.put += next.length;
    this.list.append(...next.map(item => {
      const dot = h("span", { class: "mlb-dot" });
      if (item.run !== null) {
        const entry = legend.of(item.run);
        dot.style.background = entry.colour;
        dot.title = entry.label;
      }
      return h("li", {},
        h("div", { class: "mlb-of" }, dot, h("span", { class: "mlb-who", dir: "auto" }, item.name), this.folders && h("span", { class: "mlb-note", dir: "auto" }, item.folder),
          item.step !== null && h("span", {}, `step ${item.step}`), h("time", { datetime: new Date(item.t).toISOString(), title: exactTime(item.t) }, clock(item.t))),
        h("div", { class: "mlb-said", dir: "auto" }, item.text));
    }));
  }
}
