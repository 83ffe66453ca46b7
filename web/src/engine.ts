// The engine, as the pages of its outputs reach it: by its server on this machine's loopback interface, or through the proxy of a Jupyter server
// that runs elsewhere, or, for what is new alone, by files beside the notebook. The way that worked is tried first the next time.

import type { Live } from "../payload";
import { Relay } from "./relay";
import type { Wish } from "./wishes";

const PATIENCE_MS = 10_000;
/** Which page asks: several may show one view, and each has its wishes. */
const PAGE = Math.random().toString(36).slice(2);

type Query = [string, string][];
/** A way to the engine: asks there, and throws if that comes to nothing. */
type Way = (path: string, query: Query, how: RequestInit) => Promise<any>;

export class Engine {
  /** The way that worked last comes first. */
  private ways: Way[];
  /** By board, what it was told is selected there. */
  private readonly selected = new Map<string, string>();

  constructor(live: Live) {
    this.ways = waysTo(live);
  }

  /** Asks; throws if it is out of reach. */
  get(path: string, query: Query): Promise<any> {
    return this.ask(path, query, { method: "GET" });
  }

  /** Tells the engine what is selected on a board: ids of runs. It may hold what a page that is gone had said. */
  async select(board: string, ids: string[]): Promise<void> {
    const body = JSON.stringify(ids);
    if (this.selected.get(board) === body) return;
    this.selected.set(board, body);
    try {
      await this.ask("selection", [["board", board]], { method: "POST", body });
    } catch (error) {
      if (this.selected.get(board) === body) this.selected.delete(board);
      throw error;
    }
  }

  /** Tells the engine which runs of a board a view should have as well. */
  async wish(view: string, board: string, wish: Wish): Promise<void> {
    await this.ask("wishes", [["view", view], ["board", board], ["page", PAGE]], { method: "POST", body: JSON.stringify(wish) });
  }

  private async ask(path: string, query: Query, how: RequestInit): Promise<any> {
    let trouble: unknown;
    for (const way of [...this.ways]) {
      try {
        const answer = await way(path, query, how);
        this.ways = [way, ...this.ways.filter(other => other !== way)];
        return answer;
      } catch (error) {
        // What an engine said is more than what was found where there is none.
        if (!(trouble instanceof Refused)) trouble = error;
      }
    }
    throw trouble;
  }
}

/** It answered, but not what was asked for. */
export class Refused extends Error {
  constructor(readonly status: number, text: string) {
    super(text);
  }
}

function waysTo(live: Live): Way[] {
  const server = (address: string) => byServer(address, live.token);
  if (live.base !== undefined) return [server(new URL(live.base, location.href).href)];
  const ways = [server(`http://127.0.0.1:${live.port}/`)];
  const jupyter = baseUrl();
  if (!jupyter) return ways;
  // jupyter-server-proxy, where the notebook's server is another machine.
  ways.push(server(new URL(`${jupyter}proxy/${live.port}/`, location.origin).href));
  if (live.relay !== undefined) ways.push(byRelay(new Relay(jupyter, live.relay)));
  return ways;
}

function byServer(address: string, token: string): Way {
  const credentials = address.startsWith(`${location.origin}/`) ? "same-origin" : "omit";
  return async (path, query, how) => {
    const search = new URLSearchParams([["token", token], ...query]);
    const response = await fetch(`${address}${path}?${search}`, { ...how, cache: "no-store", credentials, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Refused(response.status, (await response.text()).trim());
    return response.json();
  };
}

function byRelay(relay: Relay): Way {
  return async (path, query) => {
    if (path !== "live") throw new Error("files answer no questions");
    const views = query.filter(([key]) => key === "view").map(([, asked]) => asked.split("."));
    return relay.live(views.map(([id, since]) => [id, Number(since)]));
  };
}

/** Where the Jupyter server of this page is, if it is one's. */
function baseUrl(): string | null {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "null")?.baseUrl ?? null;
  } catch {
    return null;
  }
}
