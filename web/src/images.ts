// The images of one tag: one tile for each run, at the step of the slider or the nearest before it.

import type { Images } from "../payload";
import { h, slider } from "./dom";
import { exactTime, grouped } from "./format";
import { RUN_NAME } from "./legend";
import { captionOf, card, emptyNote, keepFocus, notesOf, picks } from "./parts";
import { legendCall, literal } from "./rust";
import type { View } from "./view";

type Item = Images["items"][number];

/** Tiles drawn at once; more on request. */
const TILES = 120;

export class ImagesPanel {
  readonly element: HTMLElement;
  private readonly grid = h("div", { class: "mlb-tiles", role: "list" });
  private readonly more = h("button", { type: "button", class: "mlb-link", hidden: true });
  private readonly empty: HTMLElement;
  private readonly byRun = new Map<number, Item[]>();
  private readonly tiles = new Map<number, HTMLElement>();
  private step: number;
  private most = TILES;

  constructor(private readonly view: View, private readonly images: Images) {
    for (const item of images.items) {
      if (!this.byRun.has(item.run)) this.byRun.set(item.run, []);
      this.byRun.get(item.run)!.push(item);
    }
    for (const items of this.byRun.values()) items.sort((a, b) => a.step - b.step);
    this.empty = emptyNote(view);
    const { steps } = images;
    this.step = steps[steps.length - 1] ?? 0;
    const controls = steps.length > 1
      ? [slider("Step", steps.length - 1, steps.length - 1, position => String(steps[position]), position => {
        this.step = steps[position];
        this.draw();
      })]
      : [];
    this.more.addEventListener("click", () => {
      this.most = Infinity;
      this.draw();
    });
    const widest = images.items.reduce((most, item) => Math.max(most, item.w), 1);
    this.grid.style.setProperty("--mlb-tile", `${tileWidth(widest)}px`);
    this.element = card("images", images.tag, controls, h("div", { class: "mlb-stage" }, this.grid, this.empty), notesOf(images.notes), this.more);
    view.on(["rows", "selection", "theme"], () => this.draw());
    view.on(["legend"], () => this.draw());
    this.draw();
  }

  /** What makes it. */
  rust(board: string): string {
    return `${board}.images(${literal(this.images.tag)})${legendCall(this.view, this.images.legend)}`;
  }

  private draw() {
    const { view } = this;
    const legend = view.legend(this.images.legend);
    const order = new Map(legend.entries.map((entry, i) => [entry.value, i]));
    const place = (row: number) => order.get(legend.of(row).value) ?? 0;
    const rows = view.visible(legend).filter(row => this.byRun.has(row)).sort((a, b) => place(a) - place(b) || a - b);
    const shown = rows.slice(0, this.most);
    const dims = view.dims();
    keepFocus(this.grid, () => this.grid.replaceChildren(...shown.map(row => {
      const tile = this.tile(row);
      tile.classList.toggle("mlb-dimmed", dims(row));
      return tile;
    })));
    this.empty.hidden = rows.length > 0;
    this.more.hidden = shown.length === rows.length;
    this.more.textContent = `Show all ${grouped(rows.length)} runs`;
  }

  private itemOf(row: number): Item | null {
    const items = this.byRun.get(row)!;
    return latest(items, this.step);
  }

  /** The same element as before for the same run, so that a moved slider changes pictures only. */
  private tile(row: number): HTMLElement {
    let tile = this.tiles.get(row);
    if (!tile) {
      const image = h("img", { loading: "lazy", decoding: "async", draggable: "false" });
      const button = h("button", { type: "button", class: "mlb-picture", onclick: () => this.enlarge(row) }, image, h("span", { class: "mlb-none" }));
      tile = h("div", { class: "mlb-tile", role: "listitem" }, button, h("div", { class: "mlb-caption" }));
      this.tiles.set(row, tile);
    }
    const [button, caption] = tile.children as unknown as HTMLElement[];
    const [image, none] = button.children as unknown as [HTMLImageElement, HTMLElement];
    const item = this.itemOf(row);
    image.hidden = !item;
    none.textContent = item ? "" : `none up to step ${this.step}`;
    (button as HTMLButtonElement).disabled = !item;
    button.title = item ? "Click to enlarge" : "";
    if (item) this.put(image, item);
    caption.replaceChildren(...this.caption(row, item));
    picks(caption, this.view, row);
    return tile;
  }

  private put(image: HTMLImageElement, item: Item) {
    const source = this.images.sources[item.src];
    if (image.getAttribute("src") !== source) image.src = source;
    image.width = item.w;
    image.height = item.h;
    image.alt = `${this.images.tag} of ${this.view.runs.title(item.run)} at step ${item.step}`;
    // Small images are data, pixel by pixel.
    image.classList.toggle("mlb-pixels", item.w <= 128 && item.h <= 128);
  }

  /** `always`: with the step, though it may be the slider's. */
  private caption(row: number, item: Item | null, always = false): Node[] {
    const legend = this.view.legend(this.images.legend);
    const late = item && (always || item.step !== this.step) ? `step ${item.step}` : "";
    const second = [late, legend.key === RUN_NAME ? "" : this.view.runs.names[row]].filter(Boolean).join(" · ");
    return [captionOf(legend.of(row)), h("div", { class: "mlb-second", dir: "auto", title: item ? `${this.view.runs.names[row]} · step ${item.step} · ${exactTime(item.t)}` : "" }, second)];
  }

  /** One image as large as the window lets it be; arrows go through the run's steps. */
  private enlarge(row: number) {
    const items = this.byRun.get(row)!;
    let at = items.indexOf(this.itemOf(row)!);
    const image = h("img", {}), caption = h("div", { class: "mlb-caption", "aria-live": "polite" });
    const earlier = h("button", { type: "button", class: "mlb-toggle", onclick: () => go(at - 1) }, "← earlier");
    const later = h("button", { type: "button", class: "mlb-toggle", onclick: () => go(at + 1) }, "later →");
    const close = h("button", { type: "button", class: "mlb-toggle", onclick: () => dialog.close() }, "Close");
    const dialog = h("dialog", { class: "mlb-dialog", "aria-label": `${this.images.tag} of ${this.view.runs.title(row)}` }, image, h("div", { class: "mlb-dialog-bar" }, caption, h("span", { class: "mlb-space" }), earlier, later, close));
    const go = (to: number) => {
      if (!items[to]) return;
      at = to;
      const item = items[at];
      this.put(image, item);
      const room = Math.min((innerWidth * 0.86) / item.w, (innerHeight * 0.76) / item.h);
      // Whole pixels, where there is room for them.
      image.style.width = `${item.w * (room > 1 ? Math.floor(room) : room)}px`;
      image.style.height = "auto";
      caption.replaceChildren(...this.caption(row, item, true));
      earlier.disabled = at === 0;
      later.disabled = at === items.length - 1;
    };
    dialog.addEventListener("keydown", event => {
      if (event.key === "ArrowLeft") go(at - 1);
      if (event.key === "ArrowRight") go(at + 1);
    });
    dialog.addEventListener("click", event => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    go(at);
    this.element.append(dialog);
    dialog.showModal();
  }
}

/** The last of the items, which are in order of step, at or before a step. */
export function latest<T extends { step: number }>(items: T[], step: number): T | null {
  for (let i = items.length - 1; i >= 0; i--) if (items[i].step <= step) return items[i];
  return null;
}

/** Small images as a whole multiple of their width, near 112 pixels. */
const tileWidth = (width: number) => (width <= 112 ? width * Math.max(1, Math.round(112 / width)) : Math.min(width, 256));
