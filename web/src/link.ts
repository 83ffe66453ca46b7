// Stores of one board in other tabs and frames, and those of other versions of this runtime on the same page, say to each other what was set.

import { settingsOf, type Settings } from "./settings";

/** What a store is to a link. */
interface Linked extends EventTarget {
  settings(): Settings;
  take(settings: Settings): void;
}

/**
 * What crosses. `at` counts what was set; of two settings the one that counts higher holds everywhere, of equals that of the greater
 * name: so all end with the same, in whatever order messages come. No settings: somebody new asks for them.
 */
interface Message { from: string; at: number; settings?: unknown }

/** The name of a board's channel; counted up when a message would be misread by older ones. */
const NAME = (board: string) => `ml_board 1 ${board}`;

export function link(store: Linked, board: string) {
  const channel = open(NAME(board));
  if (!channel) return;
  const me = Math.random().toString(36).slice(2);
  let at = 0, of = me;
  let soon = false;
  const send = () => channel.postMessage({ from: of, at, settings: store.settings() } satisfies Message);
  store.addEventListener("set", () => {
    at += soon ? 0 : 1;
    of = me;
    if (soon) return;
    soon = true;
    // Clearing is three changes and one message.
    queueMicrotask(() => {
      soon = false;
      send();
    });
  });
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (typeof data?.at !== "number" || typeof data.from !== "string") return;
    if (data.settings === undefined) return at > 0 ? send() : undefined;
    if (data.at < at || (data.at === at && data.from <= of)) return;
    ({ at, from: of } = data);
    // Taken without an answer: only what is set here is sent.
    store.take(settingsOf(data.settings));
  };
  channel.postMessage({ from: me, at: 0 } satisfies Message);
}

/** Sandboxed frames of some hosts have none. */
function open(name: string): BroadcastChannel | null {
  try {
    const channel = new BroadcastChannel(name);
    (channel as { unref?: () => void }).unref?.(); // Node would wait for it.
    return channel;
  } catch {
    return null;
  }
}
