// The dashboard: the page that the engine serves itself. A head to choose database and folder, and under it the board, as a cell would show it.
// The address says which board and what was set on it, so that a view can be sent; the token is not in it.

import type { Live, Payload } from "../payload";
import { freshId, h, toggle } from "./dom";
import { Engine, Refused } from "./engine";
import { loopOf } from "./live";
import { Output } from "./output";
import { settingsOf, type Settings } from "./settings";
import { CHANGES, storeOf } from "./store";

interface Places { databases: Record<string, string[]>; database: string | null; folder: string | null }

/** Where the page keeps what opens it: for this server alone, in this browser. */
const KEY = "ml_board token";
/** Between a change and its mark in the address. */
const SETTLED_MS = 300;

export class Page {
  private readonly database = h("select", { "aria-label": "Database" });
  private readonly folder = h("select", { "aria-label": "Folder" });
  private readonly said = h("p", { class: "mlb-message", role: "status", hidden: true });
  private readonly board = h("div", {});
  private readonly automatic: HTMLButtonElement;
  private places: Places = { databases: {}, database: null, folder: null };
  private token = "";
  private output: Output | null = null;
  private live: Live | null = null;
  private automaticOn = true;
  private leaving: AbortController | null = null;
  private opened = 0;

  constructor(private readonly root: HTMLElement) {
    this.automatic = toggle("update automatically", "Show what is logged as it comes. What you set stays as it is.", true, on => {
      this.automaticOn = on;
      if (this.live) loopOf(this.live).automatic = on;
    });
    const link = h("button", { type: "button", class: "mlb-toggle", title: "Copy the address of this view: board, filters, selection and legend" }, "Copy link");
    link.addEventListener("click", () => void navigator.clipboard.writeText(location.href).then(() => this.say("The address of this view is copied. Who opens it is asked for the token once."), () => this.say(location.href)));
    const field = (text: string, select: HTMLElement) => h("label", { class: "mlb-field" }, h("span", {}, text), select);
    const head = h("div", { class: "mlb-bar mlb-page-head" }, h("span", { class: "mlb-title" }, "ml_board"), field("Database", this.database), field("Folder", this.folder), h("span", { class: "mlb-space" }), this.automatic, link);
    const body = h("div", { class: "mlb-b notranslate" }, head, this.said);
    root.append(body, this.board);
    this.database.addEventListener("change", () => this.go(this.database.value, this.places.databases[this.database.value]?.[0] ?? ""));
    this.folder.addEventListener("change", () => this.go(this.database.value, this.folder.value));
    // What came since is offered as soon as one looks for it.
    for (const select of [this.database, this.folder]) select.addEventListener("focus", () => void this.look());
    addEventListener("popstate", () => void this.open());
    addEventListener("hashchange", () => this.take());
  }

  /** Takes the token of the address out of it, or the one that was given before; asks for one otherwise. */
  async begin() {
    const url = new URL(location.href), given = url.searchParams.get("token");
    if (given) {
      url.searchParams.delete("token");
      history.replaceState(null, "", url);
      keep(given);
    }
    this.token = given ?? kept() ?? "";
    if (!this.token) return this.askForToken("This board needs a token: it stands in the address that `ml_board` wrote in its terminal.");
    if (!(await this.look())) return;
    await this.open();
  }

  private get engine(): Engine {
    return new Engine(this.address);
  }

  private get address(): Live {
    return { port: 0, token: this.token, session: "", view: "", version: 0, base: location.pathname };
  }

  /** Reads which databases and folders there are. */
  private async look(): Promise<boolean> {
    try {
      this.places = await this.engine.get("places", []);
      this.offer();
      return true;
    } catch (error) {
      this.trouble(error);
      return false;
    }
  }

  private trouble(error: unknown) {
    if (error instanceof Refused && error.status === 403) return this.askForToken("The token is not the one of this server. It stands in the address that `ml_board` wrote in its terminal.");
    this.say(error instanceof Refused ? error.message : "The server does not answer: is `ml_board` still running?");
  }

  /** Which board the address means; what the command named; else the first. */
  private wanted(): [string, string] {
    const query = new URL(location.href).searchParams, { databases } = this.places;
    const database = query.get("d") ?? this.places.database ?? Object.keys(databases)[0] ?? "";
    const own = database === this.places.database ? this.places.folder : null;
    return [database, query.get("f") ?? own ?? databases[database]?.[0] ?? ""];
  }

  private offer() {
    const [database, folder] = this.wanted();
    const fill = (select: HTMLSelectElement, names: string[], chosen: string) => {
      const all = names.includes(chosen) || !chosen ? names : [chosen, ...names];
      if ([...select.options].map(option => option.value).join("\n") !== all.join("\n")) select.replaceChildren(...all.map(name => h("option", { value: name }, name)));
      select.value = chosen;
    };
    fill(this.database, Object.keys(this.places.databases), database);
    fill(this.folder, this.places.databases[database] ?? [], folder);
  }

  private go(database: string, folder: string) {
    history.pushState(null, "", addressOf(database, folder, ""));
    void this.open();
  }

  /** Shows the board that the address means. */
  private async open() {
    const [database, folder] = this.wanted(), nth = ++this.opened;
    this.offer();
    if (!database || !folder) return this.say("There are no runs here yet. This page shows them when they come: choose a folder then.");
    let payload: Payload;
    try {
      payload = await this.engine.get("board", [["database", database], ["folder", folder]]);
    } catch (error) {
      return this.trouble(error);
    }
    if (nth !== this.opened) return;
    this.say(null);
    // So that the address is of this board wherever it is sent.
    history.replaceState(null, "", addressOf(database, folder, location.hash));
    const { live, ...data } = payload, { id } = payload.boards[0];
    this.live = { ...live!, base: location.pathname, token: this.token };
    loopOf(this.live).automatic = this.automaticOn;
    const marked = settingsIn(location.hash);
    if (marked) storeOf(id).take(marked);
    // A server that was started anew on the same port goes on with what is drawn.
    if (this.output?.boards[0] === id) return this.output.join(data, this.live);
    this.leaving?.abort();
    this.output?.end();
    this.board.replaceChildren();
    this.output = new Output(this.board, { ...data, live: this.live }, () => void this.open());
    document.title = `${folder} · ${database} · ml_board`;
    this.leaving = new AbortController();
    this.mark(id, this.leaving.signal);
  }

  /** Keeps what is set in the address. */
  private mark(board: string, signal: AbortSignal) {
    const store = storeOf(board);
    let timer: ReturnType<typeof setTimeout>;
    const mark = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (signal.aborted) return;
        const url = new URL(location.href);
        url.hash = hashOf(store.settings());
        history.replaceState(null, "", url);
      }, SETTLED_MS);
    };
    store.on(CHANGES, mark, signal);
  }

  /** A person changed the address by hand. */
  private take() {
    const settings = settingsIn(location.hash), id = this.output?.boards[0];
    if (settings && id) storeOf(id).take(settings);
  }

  private say(text: string | null) {
    this.said.hidden = text === null;
    this.said.textContent = text;
  }

  private askForToken(why: string) {
    if (this.root.querySelector(".mlb-token")) return;
    const id = freshId("token");
    const input = h("input", { id, type: "password", autocomplete: "off", spellcheck: "false" });
    const form = h("form", { class: "mlb-b mlb-token" }, h("p", {}, why), h("label", { for: id }, "Token "), input, " ", h("button", { type: "submit", class: "mlb-toggle" }, "Open"));
    form.addEventListener("submit", event => {
      event.preventDefault();
      keep(input.value.trim());
      form.remove();
      void this.begin();
    });
    this.root.prepend(form);
    input.focus();
  }
}

function keep(token: string) {
  try {
    localStorage.setItem(KEY, token);
  } catch {
    // Without a place to keep it, it is asked for again.
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function addressOf(database: string, folder: string, hash: string): URL {
  const url = new URL(location.href);
  url.searchParams.set("d", database);
  url.searchParams.set("f", folder);
  url.hash = hash;
  return url;
}

/** What differs from a fresh page, as the address has it; nothing: an empty one. */
export function hashOf(settings: Settings): string {
  const fresh = settingsOf({}) as unknown as Record<string, unknown>;
  const set = Object.entries(settings).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(fresh[key]));
  return set.length ? `set=${encodeURIComponent(JSON.stringify(Object.fromEntries(set)))}` : "";
}

export function settingsIn(hash: string): Settings | null {
  const text = /^#?set=(.*)$/.exec(hash)?.[1];
  if (text === undefined) return null;
  try {
    return settingsOf(JSON.parse(decodeURIComponent(text)));
  } catch {
    return null;
  }
}
