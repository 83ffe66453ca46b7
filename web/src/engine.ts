// The engine's server, as the pages of its outputs reach it: on this machine's loopback interface, or through the proxy of a Jupyter server
// that runs elsewhere. The way that worked is tried first the next time.

import type { Live } from "../payload";

const PATIENCE_MS = 10_000;

export class Engine {
  /** The way that worked last comes first. */
  private ways: string[];

  constructor(private readonly live: Live) {
    this.ways = waysTo(live);
  }

  /** Asks; throws if it is out of reach. */
  get(path: string, query: [string, string][]): Promise<any> {
    return this.ask(path, query, { method: "GET" });
  }

  /** Tells the engine what is selected on a board: ids of runs. */
  async select(board: string, ids: string[]): Promise<void> {
    await this.ask("selection", [["board", board]], { method: "POST", body: JSON.stringify(ids) });
  }

  private async ask(path: string, query: [string, string][], how: RequestInit): Promise<any> {
    const search = new URLSearchParams([["token", this.live.token], ...query]);
    let trouble: unknown;
    for (const way of [...this.ways]) {
      try {
        const response = await fetch(`${way}${path}?${search}`, { ...how, cache: "no-store", credentials: way.startsWith(`${location.origin}/`) ? "same-origin" : "omit", signal: AbortSignal.timeout(PATIENCE_MS) });
        if (!response.ok) throw new Refused(response.status, (await response.text()).trim());
        const answer = await response.json();
        this.ways = [way, ...this.ways.filter(other => other !== way)];
        return answer;
      } catch (error) {
        trouble = error;
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

export function waysTo(live: Live): string[] {
  if (live.base !== undefined) return [new URL(live.base, location.href).href];
  const ways = [`http://127.0.0.1:${live.port}/`];
  const jupyter = baseUrl();
  // jupyter-server-proxy, where the notebook's server is another machine.
  if (jupyter) ways.push(new URL(`${jupyter}proxy/${live.port}/`, location.origin).href);
  return ways;
}

/** Where the Jupyter server of this page is, if it is one's. */
function baseUrl(): string | null {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "null")?.baseUrl ?? null;
  } catch {
    return null;
  }
}
