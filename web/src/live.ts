// Follows what the engine has to say of the outputs of this page: one loop for each engine, however many outputs. It asks quickly while something
// happens, not at all while nobody can see the page or the output is gone, slowly where somebody left it alone, and goes on by itself.

import type { Live, Payload } from "../payload";
import { Engine, Refused } from "./engine";
import { apply, type Patch } from "./patch";

/** What an output says of itself. */
export type State = "live" | "current" | "saved";

/** An output that can be brought up to date. */
export interface Follower {
  readonly live: Live;
  alive(): boolean;
  /** `payload` as it crosses: not widened. */
  take(payload: Payload): void;
  /** Called after each answer, and when there is none. */
  say(state: State, readAt: number | null, why?: string): void;
  /** Another engine answers there, or the same one does not know this page any more: called at each answer. */
  estranged?(): void;
}

export interface News { version: number; payload?: Payload; patches?: Patch[]; error?: string }
export interface Answer { session: string; read_at: number; running: boolean; pace: number; views: Record<string, News> }

/** What a run logs first is on the page within two seconds. A question that has no news costs the engine next to nothing. */
const IDLE_MS = 900;
const SLOWEST_MS = 15_000;
/** After so long without any change, and without anybody at the page, the loop gets slow. */
const QUIET_MS = 60 * 60_000;
/** In one question; more are asked one after the other (`VIEWS_ASKED` in `src/engine/live/mod.rs`). */
const VIEWS_ASKED = 100;
/** An engine that was out of reach for so long is not asked again before somebody comes back to the page. */
const GIVE_UP_MS = 10 * 60_000;

class Followed {
  version: number;
  readonly followers = new Set<Follower>();

  constructor(public payload: Payload, live: Live) {
    this.version = live.version;
  }
}

export class Loop {
  readonly engine: Engine;
  private readonly views = new Map<string, Followed>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: Promise<number> | null = null;
  private paused = false;
  private failures = 0;
  /** When something changed, or somebody did something here. */
  private touched = performance.now();
  private reached = performance.now();
  private readonly ending = new AbortController();

  /** `over`: called when no output follows any more. */
  constructor(private readonly live: Live, private readonly over: () => void) {
    this.engine = new Engine(live);
    const back = () => {
      if (document.hidden) return;
      this.reached = this.touched = performance.now();
      this.failures = 0;
      this.soon(0);
    };
    const { signal } = this.ending;
    document.addEventListener("visibilitychange", back, { signal });
    addEventListener("online", back, { signal });
    addEventListener("pageshow", back, { signal });
    const here = () => {
      if (this.left || this.gaveUp) back();
      else this.touched = performance.now();
    };
    for (const touch of ["focus", "pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(touch, here, { signal, capture: true, passive: true });
  }

  follow(follower: Follower, payload: Payload) {
    const { view, version } = follower.live;
    const known = this.views.get(view);
    if (!known) {
      this.views.set(view, new Followed(payload, follower.live));
    } else if (known.version > version) {
      // Another output of the same view is further on.
      follower.take(known.payload);
    } else if (known.version < version) {
      known.version = version;
      known.payload = payload;
      for (const other of known.followers) other.take(payload);
    }
    this.views.get(view)!.followers.add(follower);
    this.soon(0);
  }

  /** Another engine tells it from now on. */
  leave(follower: Follower) {
    for (const { followers } of this.views.values()) followers.delete(follower);
  }

  /** Whether the person wants to be kept up to date. */
  set automatic(on: boolean) {
    this.paused = !on;
    if (on) this.soon(0);
  }

  get automatic(): boolean {
    return !this.paused;
  }

  /** Asks at once, also where updates are switched off; resolved when what it came to was taken. */
  async now() {
    while (this.asking) await this.asking;
    await this.tick(true);
  }

  private soon(ms: number) {
    if (this.asking) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tick(), ms);
  }

  private async tick(anyway = false) {
    for (const [id, { followers }] of this.views) {
      for (const follower of followers) if (!follower.alive()) followers.delete(follower);
      if (!followers.size) this.views.delete(id);
    }
    if (!this.views.size) {
      this.ending.abort();
      return this.over();
    }
    if (document.hidden || (this.paused && !anyway)) return;
    clearTimeout(this.timer);
    const asking = this.round();
    this.asking = asking;
    const next = await asking;
    this.asking = null;
    if (!this.gaveUp) this.soon(next);
  }

  private get gaveUp(): boolean {
    return performance.now() - this.reached >= GIVE_UP_MS;
  }

  /** Asks once for each view; after how many milliseconds again. */
  private async round(): Promise<number> {
    try {
      const shown = [...this.views];
      let running = false, pace = 0;
      for (let i = 0; i < shown.length; i += VIEWS_ASKED) {
        const answer = await this.ask(shown.slice(i, i + VIEWS_ASKED));
        running ||= answer.running;
        pace = Math.max(pace, answer.pace);
      }
      this.failures = 0;
      return running ? pace : Math.max(pace, this.left ? SLOWEST_MS : IDLE_MS);
    } catch (error) {
      this.failures++;
      const estranged = error instanceof Refused && error.status === 403;
      // Once is nothing: a machine that was busy. But nothing is busy for as long as the engine waits.
      if (this.failures > 1 || error instanceof Refused || (error as Error).name === "TimeoutError") this.eachFollower(follower => follower.say("saved", null));
      if (estranged) this.eachFollower(follower => follower.estranged?.());
      return Math.min(SLOWEST_MS, 500 * 2 ** this.failures);
    }
  }

  private async ask(views: [id: string, followed: Followed][]): Promise<Answer> {
    const asked = views.map(([, { version }]) => version);
    const answer: Answer = await this.engine.get("live", views.map(([id], i) => ["view", `${id}.${asked[i]}`]));
    if (answer.session !== this.live.session) throw new Refused(403, "another engine answers there");
    this.reached = performance.now();
    // A cell that was run in the meantime brought another version, of which this answer says nothing.
    views.forEach(([id, followed], i) => followed.version === asked[i] && this.take(followed, answer.views[id], answer));
    return answer;
  }

  /** Whether nothing changed for long, and nobody did anything here. */
  private get left(): boolean {
    return performance.now() - this.touched > QUIET_MS;
  }

  private take(followed: Followed, news: News | undefined, answer: Answer) {
    // A view that the engine forgot, or could not read: what is drawn stays.
    if (!news || news.error !== undefined) return followed.followers.forEach(follower => follower.say("saved", null, news?.error));
    try {
      if (news.payload) followed.payload = news.payload;
      for (const patch of news.patches ?? []) followed.payload = apply(followed.payload, patch);
      followed.version = news.version;
    } catch {
      followed.version = 0;
      return;
    }
    if (news.payload || news.patches) {
      this.touched = performance.now();
      for (const follower of followed.followers) follower.take({ ...followed.payload, read_at: answer.read_at });
    }
    for (const follower of followed.followers) follower.say(answer.running ? "live" : "current", answer.read_at);
  }

  private eachFollower(of: (follower: Follower) => void) {
    for (const { followers } of this.views.values()) followers.forEach(of);
  }
}

/** The loop of an engine: one on a page. */
export function loopOf(live: Live): Loop {
  const loops: Map<string, Loop> = ((globalThis as any).__mlb_live_1 ??= new Map());
  const key = `${live.base ?? live.port} ${live.session}`;
  let loop = loops.get(key);
  if (!loop) loops.set(key, (loop = new Loop(live, () => loops.delete(key))));
  return loop;
}
