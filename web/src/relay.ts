// The engine's news as files beside the notebook, read through the Jupyter server that the page is from: the one thing that a page reaches
// wherever it is. The engine writes them if a person asked for that (src/engine/live/relay.rs). There is no way back: nothing can be asked by it.

import type { Payload } from "../payload";
import type { Answer, News } from "./live";

interface Relayed { version: number; tail: [version: number, patch: NonNullable<News["patches"]>[number]][]; error?: string }
interface File extends Omit<Answer, "views"> { views: Record<string, Relayed> }

/** The engine writes at least every five seconds. A file that stands still for so long is one that a killed engine left. */
const STILL_MS = 20_000;
const PATIENCE_MS = 10_000;

export class Relay {
  /** Where the files are, from the root of the Jupyter server. */
  private folder: string | null = null;
  private readAt = 0;
  private moved = performance.now();

  /** `jupyter`: the address of the server, with a slash at its end. `name`: of the engine's folder. */
  constructor(private readonly jupyter: string, private readonly name: string) {}

  /** What `/live` of the engine's server would answer to these views, each with the version that the page has. */
  async live(views: [id: string, since: number][]): Promise<Answer> {
    const file = await this.news(), news: Record<string, News> = {};
    for (const [id, since] of views) {
      const view = file.views[id];
      if (!view) continue;
      const { version, tail, error } = view;
      const steps = tail?.filter(([makes]) => makes > since) ?? [];
      if (error !== undefined) news[id] = { version: since, error };
      else if (version === since) news[id] = { version };
      else if (since > 0 && since < version && steps.length === version - since) news[id] = { version, patches: steps.map(([, patch]) => patch) };
      // Perhaps newer than what the news say by now.
      else news[id] = (await this.read(`${this.folder}${id}.json`)) as { version: number; payload: Payload };
    }
    return { ...file, views: news };
  }

  private async news(): Promise<File> {
    this.folder ??= await this.find();
    let file: File;
    try {
      file = await this.read(`${this.folder}news.json`);
    } catch (error) {
      this.folder = null;
      throw error;
    }
    const now = performance.now();
    if (file.read_at !== this.readAt) [this.readAt, this.moved] = [file.read_at, now];
    if (now - this.moved > STILL_MS) throw new Error("the engine does not write its files any more");
    return file;
  }

  /** Beside one of the notebooks that are open on the server; which one, only its files tell. */
  private async find(): Promise<string> {
    const sessions: { path?: string }[] = await this.get("api/sessions");
    const folders = new Set(sessions.map(({ path }) => (path ?? "").replace(/[^/]*$/, "")).concat(""));
    for (const folder of folders) {
      const there = `${folder}${this.name}/`;
      try {
        await this.read(`${there}news.json`);
        return there;
      } catch {
        continue;
      }
    }
    throw new Error("no folder of a notebook has the engine's files");
  }

  private async read(path: string): Promise<any> {
    const { content } = await this.get(`api/contents/${path.split("/").map(encodeURIComponent).join("/")}?type=file&format=text&content=1`);
    return JSON.parse(content);
  }

  private async get(path: string): Promise<any> {
    // JupyterHub wants it of everything that a script asks.
    const xsrf = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1];
    const response = await fetch(new URL(this.jupyter + path, location.origin), {
      cache: "no-store", credentials: "same-origin", headers: xsrf ? { "X-XSRFToken": xsrf } : {}, signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`the Jupyter server answers ${response.status}`);
    return response.json();
  }
}
