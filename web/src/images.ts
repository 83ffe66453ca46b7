// The images of one tag: one tile for each run, at the step of the slider or the nearest before it; or runs by steps.

import type { Images } from "../payload";
import { compare } from "./compare";
import { h, toggle } from "./dom";
import { exactTime, grouped } from "./format";
import { matrix } from "./image-matrix";
import { RUN_NAME } from "./legend";
import { dialog, zoom } from "./lightbox";
import { captionOf, card, emptyNote, keepFocus, noted, picks } from "./parts";
import { legendCall, literal } from "./rust";
import { large, onlyThumbnail, put, small, type Item } from "./picture";
import { PanelStep } from "./steps";
import type { View } from "./view";

/** Tiles drawn at once, and rows of a matrix; more on request. */
const TILES = 120, ROWS = 20;

export class ImagesPanel {
  readonly element: HTMLElement;
  private readonly grid = h("div", { class: "mlb-tiles", role: "list" });
  private readonly table = h("div", { class: "mlb-matrix-box", hidden: true });
  private readonly more = h("button", { type: "button", class: "mlb-link", hidden: true });
  private readonly left = h("span", { class: "mlb-note", hidden: true });
  private readonly compareButton: HTMLButtonElement;
  private readonly empty: HTMLElement;
  private readonly byRun = new Map<number, Item[]>();
  private readonly tiles = new Map<number, HTMLElement>();
  private readonly step: PanelStep;
  private notes: HTMLElement;
  private readonly moved = new Set<() => void>();
  private bySteps = false;
  private all = false;

  constructor(private readonly view: View, private images: Images) {
    this.sortOut();
    this.notes = noted(images.notes, this.left);
    this.empty = emptyNote(view);
    this.step = new PanelStep(view, images.steps, () => {
      this.draw();
      for (const listener of this.moved) listener();
    });
    this.compareButton = h("button", { type: "button", class: "mlb-toggle", title: "Two runs side by side, or what differs between them", onclick: () => this.compare() }, "Compare");
    const controls = [
      ...(this.step.element ? [this.step.element, toggle("by step", "A row for each run, a column for each step", false, on => {
        this.bySteps = on;
        this.all = false;
        this.draw();
      })] : []),
      this.compareButton,
    ];
    this.more.addEventListener("click", () => {
      this.all = true;
      this.draw();
    });
    const widest = images.items.reduce((most, item) => Math.max(most, item.w), 1);
    this.element = card("images", images.tag, controls, h("div", { class: "mlb-stage" }, this.grid, this.table, this.empty), this.notes, this.more);
    this.element.style.setProperty("--mlb-tile", `${tileWidth(widest)}px`);
    view.on(["rows", "selection", "theme", "legend"], () => this.draw());
    this.draw();
  }

  /** Takes newer images. */
  refresh(images: Images): void | false {
    if (!this.step.refresh(images.steps)) return false;
    this.images = images;
    // Rows may be other runs now.
    this.tiles.clear();
    this.sortOut();
    const notes = noted(images.notes, this.left);
    this.notes.replaceWith(notes);
    this.notes = notes;
    this.draw();
  }

  private sortOut() {
    this.byRun.clear();
    for (const item of this.images.items) {
      if (!this.byRun.has(item.run)) this.byRun.set(item.run, []);
      this.byRun.get(item.run)!.push(item);
    }
    for (const items of this.byRun.values()) items.sort((a, b) => a.step - b.step);
  }

  /** What makes it. */
  rust(board: string): string {
    return `${board}.images(${literal(this.images.tag)})${legendCall(this.view, this.images.legend)}`;
  }

  /** Runs to be seen that have images, in the order of the legend. */
  private rows(): number[] {
    const { view } = this, legend = view.legend(this.images.legend);
    const order = new Map(legend.entries.map((entry, i) => [entry.value, i]));
    const place = (row: number) => order.get(legend.of(row).value) ?? 0;
    return view.visible().filter(row => this.byRun.has(row)).sort((a, b) => place(a) - place(b) || a - b);
  }

  private draw() {
    const rows = this.rows(), shown = this.all ? rows : rows.slice(0, this.bySteps ? ROWS : TILES);
    this.grid.hidden = this.bySteps;
    this.table.hidden = !this.bySteps;
    this.empty.hidden = rows.length > 0;
    this.more.hidden = shown.length === rows.length;
    this.more.textContent = `Show all ${grouped(rows.length)} runs`;
    this.compareButton.hidden = rows.length < 2;
    if (this.bySteps) return keepFocus(this.table, () => this.drawMatrix(shown));
    this.left.hidden = true;
    const dims = this.view.dims();
    keepFocus(this.grid, () => this.grid.replaceChildren(...shown.map(row => {
      const tile = this.tile(row);
      tile.classList.toggle("mlb-dimmed", dims(row));
      return tile;
    })));
  }

  private drawMatrix(rows: number[]) {
    const { element, note } = matrix({
      rows,
      steps: this.images.steps,
      now: this.step.now,
      items: row => this.byRun.get(row)!,
      caption: row => picks(h("div", { class: "mlb-caption" }, ...this.caption(row, null)), this.view, row),
      picture: (row, item) => {
        const image = h("img", { loading: "lazy", decoding: "async", draggable: "false" });
        put(image, item, small(this.images, item), this.words(item));
        return h("button", { type: "button", class: "mlb-picture", title: `step ${item.step} · click to enlarge`, onclick: () => this.enlarge(row, item) }, image);
      },
      choose: step => this.step.set(step),
    });
    this.left.hidden = !note;
    this.left.textContent = note;
    this.table.replaceChildren(element);
  }

  private itemOf(row: number): Item | null {
    return latest(this.byRun.get(row)!, this.step.now);
  }

  /** The same element as before for the same run, so that a moved slider changes pictures only. */
  private tile(row: number): HTMLElement {
    let tile = this.tiles.get(row);
    if (!tile) {
      const image = h("img", { loading: "lazy", decoding: "async", draggable: "false" });
      const button = h("button", { type: "button", class: "mlb-picture", onclick: () => this.enlarge(row, this.itemOf(row)) }, image, h("span", { class: "mlb-none" }));
      tile = h("div", { class: "mlb-tile", role: "listitem" }, button, h("div", { class: "mlb-caption" }));
      this.tiles.set(row, tile);
    }
    const [button, caption] = tile.children as unknown as HTMLElement[];
    const [image, none] = button.children as unknown as [HTMLImageElement, HTMLElement];
    const item = this.itemOf(row);
    image.hidden = !item;
    none.textContent = item ? "" : `none up to step ${this.step.now}`;
    (button as HTMLButtonElement).disabled = !item;
    button.title = item ? "Click to enlarge" : "";
    if (item) put(image, item, small(this.images, item), this.words(item));
    caption.replaceChildren(...this.caption(row, item));
    picks(caption, this.view, row);
    return tile;
  }

  private words = (item: Item) => `${this.images.tag} of ${this.view.runs.title(item.run)} at step ${item.step}`;

  /** `always`: with the step, though it may be the slider's. */
  private caption(row: number, item: Item | null, always = false): Node[] {
    const legend = this.view.legend(this.images.legend);
    const late = item && (always || item.step !== this.step.now) ? `step ${item.step}` : "";
    const second = [late, legend.key === RUN_NAME ? "" : this.view.runs.names[row]].filter(Boolean).join(" · ");
    return [captionOf(legend.of(row)), h("div", { class: "mlb-second", dir: "auto", title: item ? `${this.view.runs.names[row]} · step ${item.step} · ${exactTime(item.t)}` : "" }, second)];
  }

  private compare() {
    const rows = this.rows(), { runs } = this.view;
    const listeners: (() => void)[] = [];
    compare(this.element, this.images, rows, row => runs.title(row), row => this.itemOf(row), this.step, listener => listeners.push(listener));
    const tell = () => listeners.forEach(listener => listener());
    this.moved.add(tell);
    this.element.querySelector("dialog")!.addEventListener("close", () => this.moved.delete(tell));
  }

  /** One image as large as the window lets it be; arrows go through the run's steps. */
  private enlarge(row: number, shown: Item | null) {
    const items = this.byRun.get(row)!;
    let at = items.indexOf(shown!);
    const image = h("img", {}), caption = h("div", { class: "mlb-caption", "aria-live": "polite" }), box = zoom();
    const earlier = h("button", { type: "button", class: "mlb-toggle", onclick: () => go(at - 1) }, "← earlier");
    const later = h("button", { type: "button", class: "mlb-toggle", onclick: () => go(at + 1) }, "later →");
    const close = h("button", { type: "button", class: "mlb-toggle", onclick: () => element.close() }, "Close");
    box.element.append(image);
    const go = (to: number) => {
      if (!items[to]) return;
      at = to;
      const item = items[at];
      put(image, item, large(this.images, item), this.words(item));
      box.fit([image], item.w, item.h);
      const size = `${item.w} × ${item.h} pixels${onlyThumbnail(item) ? "; only a thumbnail is in this output" : ""}`;
      caption.replaceChildren(...this.caption(row, item, true), h("div", { class: "mlb-second" }, size));
      earlier.disabled = at === 0;
      later.disabled = at === items.length - 1;
    };
    go(at);
    const element = dialog(this.element, `${this.images.tag} of ${this.view.runs.title(row)}`, box.element,
      h("div", { class: "mlb-dialog-bar" }, caption, h("span", { class: "mlb-space" }), ...box.controls, earlier, later, close));
    element.addEventListener("keydown", event => {
      box.key(event);
      if (event.key === "ArrowLeft") go(at - 1);
      if (event.key === "ArrowRight") go(at + 1);
    });
  }
}

/** The last of the items, which are in order of step, at or before a step. */
export function latest<T extends { step: number }>(items: T[], step: number): T | null {
  for (let i = items.length - 1; i >= 0; i--) if (items[i].step <= step) return items[i];
  return null;
}

/** Small images as a whole multiple of their width, near 112 pixels. */
const tileWidth = (width: number) => (width <= 112 ? width * Math.max(1, Math.round(112 / width)) : Math.min(width, 224));
