// One output on the page: drawn from its payload, and brought up to date where an engine has more to say.

import type { Live, Panel, Payload, Plot } from "../payload";
import { h } from "./dom";
import { loopOf, type Follower, type State } from "./live";
import { output, placeOf, shapeOf } from "./panels";
import { keepStill } from "./still";
import { View } from "./view";
import { widen } from "./wire";
import { Wishes } from "./wishes";

export class Output implements Follower {
  live!: Live;
  private readonly body: HTMLElement;
  private payload: Payload;
  private views: View[] = [];
  private refresh!: (panel: Panel) => void;
  /** Tells the engine what is selected on each board. */
  private tell: (() => void)[] = [];
  /** Whether the engine that was told so answered. */
  private reached = false;

  /** `packed`: as it crossed. `estranged`: its engine is another one now. Throws, and leaves nothing, if it cannot be drawn. */
  constructor(root: HTMLElement, packed: Payload, readonly estranged?: () => void) {
    if (packed.v !== 1) throw Error(`made for another runtime (payload ${packed.v})`);
    const { live, ...data } = packed;
    this.payload = widen(data);
    // Jupyter must not typeset $…$ in names.
    this.body = h("div", { class: "mlb-b tex2jax_ignore mathjax_ignore notranslate" });
    keepKeys(this.body);
    keepStill(this.body);
    root.append(this.body);
    if (live) this.live = live;
    try {
      this.layOut();
    } catch (error) {
      this.body.remove();
      throw error;
    }
    if (live) loopOf(live).follow(this, data);
  }

  alive(): boolean {
    return this.body.isConnected;
  }

  take(packed: Payload) {
    const before = this.payload;
    this.payload = widen(packed);
    const { boards, panel, read_at } = this.payload;
    const sameBoards = boards.length === before.boards.length && boards.every((board, i) => board.id === before.boards[i].id);
    if (!sameBoards || shapeOf(panel) !== shapeOf(before.panel)) return this.layOut();
    this.views.forEach((view, i) => view.refresh(boards[i], read_at));
    this.refresh(panel);
  }

  /** Goes on with what another engine has. */
  join(packed: Payload, live: Live) {
    loopOf(this.live).leave(this);
    this.live = live;
    this.take(packed);
    this.reached = false;
    loopOf(live).follow(this, packed);
    for (const view of this.views) view.wishes?.anew();
  }

  say(state: State, readAt: number | null, why?: string) {
    if (state !== "saved" && !this.reached) for (const tell of this.tell) tell();
    this.reached = state !== "saved";
    for (const view of this.views) view.say(state, readAt, why);
  }

  /** The ids of its boards. */
  get boards(): string[] {
    return this.payload.boards.map(board => board.id);
  }

  /** Lets go of it. */
  end() {
    for (const view of this.views) view.end();
    this.body.remove();
  }

  private layOut() {
    const { boards, panel, read_at } = this.payload;
    for (const view of this.views) view.end();
    this.views = boards.map(board => new View(board, read_at, this.body));
    [this.tell, this.reached] = [[], false];
    for (const view of this.views) {
      if (this.live) {
        view.zoom = async (plot: Plot, [x0, x1]) => {
          const place = [["nth", String(placeOf(this.payload.panel, plot))], ["x0", String(x0)], ["x1", String(x1)]] as [string, string][];
          return (await loopOf(this.live).engine.get("zoom", [["view", this.live.view], ["tag", plot.tag], ...place])).series;
        };
        this.tell.push(view.follow(ids => loopOf(this.live).engine.select(view.board.id, ids)));
        view.wishes = new Wishes(view, async wish => {
          await loopOf(this.live).engine.wish(this.live.view, view.board.id, wish);
          await loopOf(this.live).now();
        });
      }
      view.begin();
    }
    const { elements, refresh } = output(this.views, panel);
    this.body.replaceChildren(...elements);
    this.refresh = refresh;
  }
}

/** JupyterLab takes keys before the page sees them (b inserts a cell, d d deletes one), unless the focused element itself says no. */
function keepKeys(root: HTMLElement) {
  root.addEventListener("focusin", event => (event.target as Element).setAttribute("data-lm-suppress-shortcuts", "true"));
}
