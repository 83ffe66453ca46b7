// Of a board with more runs than plots and pictures carry by themselves: tells the engine which of them a person has narrowed it to, or that all
// curves are wanted. It adds them to what the output has. Away from the engine the output keeps what was saved.

import { every, rustFilter } from "./rust-filter";
import type { View } from "./view";

/** As it crosses: a filter's text and ids of selected runs, or all. The Rust side is src/engine/wishes.rs. */
export interface Wish { filter: string; ids: string[]; all: boolean }

/** After the last key of a filter. */
const PAUSE_MS = 250;

export class Wishes {
  /** Whether the engine has been told, and what it adds is not here yet. */
  pending = false;
  /** Whether it could not be told: not every way to an engine takes wishes. */
  away = false;
  private all = false;
  private told = JSON.stringify({ filter: "", ids: [], all: false } satisfies Wish);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly view: View, private readonly tell: (wish: Wish) => Promise<void>) {
    view.on(["rows", "selection", "data"], () => this.soon());
    this.soon();
  }

  /** The curves of all runs are wanted, or those that matter. */
  want(all: boolean) {
    this.all = all;
    void this.say();
  }

  /** Another engine is told from now on. */
  anew() {
    this.told = "";
    this.soon();
  }

  private soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.view.alive() && void this.say(), PAUSE_MS);
  }

  private async say() {
    const { board, store, runs } = this.view;
    if (!board.more) return;
    const said = [...store.filters].flatMap(([key, text]) => {
      const column = runs.columns.get(key) ?? store.column(key);
      return (column && rustFilter(column, text)) || [];
    });
    const wish: Wish = { filter: said.length ? every(said) : "", ids: [...store.selected], all: this.all };
    const now = JSON.stringify(wish);
    if (now === this.told) return;
    this.told = now;
    this.pending = true;
    this.away = await this.tell(wish).then(() => false, () => true);
    // It is told of the next change.
    if (this.away) this.told = "";
    this.pending = false;
    this.view.tell("wishes");
  }
}
