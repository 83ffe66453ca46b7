// The script at the end of every output. It finds the runtime anywhere on the page, runs it once, and mounts every output that waits for it:
// so the order of outputs does not matter, and clearing the one that brought the runtime does no harm to the others.
// HASH is the hash of the runtime, so that outputs of several versions live on one page.

declare const HASH: string;

interface Runtime { mount(root: HTMLElement): Promise<void> }

(() => {
  const key = `__mlb_rt_${HASH}`;
  const version = `[data-mlb-v="${HASH}"]`, outputs = `.mlb${version}`;
  const shared: { runtime: Runtime | null; loading: Promise<void> | null } = ((window as any)[key] ||= { runtime: null, loading: null });

  const unpack = (base64: string) => {
    const bytes = (Uint8Array as any).fromBase64?.(base64) ?? Uint8Array.from(atob(base64), c => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const load = async () => {
    // Outputs that are put into the page together run their scripts one after the other: all of them are there after that.
    await null;
    for (const output of document.querySelectorAll<HTMLElement>(version + "[data-mlb-rt]")) {
      try {
        // An inline script needs only 'unsafe-inline' of a page's content security policy, not eval.
        const script = document.createElement("script");
        script.textContent = `${await unpack(output.dataset.mlbRt!)};window[${JSON.stringify(key)}].runtime=__MLB`;
        document.head.append(script);
        script.remove();
        if (shared.runtime) return;
      } catch (error) {
        console.warn("ml_board", error);
      }
    }
    throw Error(`the runtime ${HASH} is not on this page: run the cell again`);
  };

  if (!shared.runtime) {
    shared.loading ||= load().catch(error => console.info("ml_board", error.message)).finally(() => { shared.loading = null; });
  }
  Promise.resolve(shared.loading).then(() => {
    if (!shared.runtime) return;
    for (const output of document.querySelectorAll<HTMLElement>(`${outputs}:not([data-mlb-on])`)) {
      shared.runtime.mount(output).catch(error => console.error("ml_board", error));
    }
  });
})();
