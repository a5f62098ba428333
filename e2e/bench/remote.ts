// From the moment that a frame of the server reaches the page until the edit in it has been painted; the same for all that are measured, since it is
// seen from outside: at the sockets and at the text.
import type { Page } from "@playwright/test";

declare global {
  interface Window {
    remote?: {
      /** Waits for the next frame, and for the edit in it. */
      arm(): void;
      shown: Promise<number>;
    };
  }
}

/** From the first script on the page's sockets are watched. */
export async function watchSockets(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let came: number | undefined;
    /** A frame is being made: what changes now is painted with it. */
    let isFrame = false;
    let done: ((ms: number) => void) | undefined;
    let observer: MutationObserver | undefined;
    /** A message posted in a frame is handled right after it is painted. */
    const afterwards = (then: () => void) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then;
      port2.postMessage(undefined);
    };
    const Native = WebSocket;
    window.WebSocket = class extends Native {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        // Before whoever made the socket listens to it.
        this.addEventListener("message", () => {
          if (done === undefined || came !== undefined) return;
          came = performance.now();
          requestAnimationFrame(() => {
            isFrame = true;
            afterwards(() => (isFrame = false));
          });
        });
      }
    };
    const changed = () => {
      if (came === undefined || done === undefined) return;
      const [began, tell] = [came, done];
      came = done = undefined;
      observer?.disconnect();
      const painted = () => afterwards(() => tell(performance.now() - began));
      if (isFrame) painted();
      else requestAnimationFrame(painted);
    };
    window.remote = {
      shown: Promise.resolve(0),
      arm() {
        came = undefined;
        observer?.disconnect();
        observer = new MutationObserver(changed);
        observer.observe(document.querySelector(".cm-content")!, { childList: true, characterData: true, subtree: true });
        this.shown = new Promise((resolve) => (done = resolve));
      },
    };
  });
}

/** How long it takes until each of some edits of others is painted. */
export async function paintsOf(page: Page, count: number, edit: () => void): Promise<number[]> {
  const paints: number[] = [];
  for (let index = 0; index < count; index++) {
    await page.evaluate(() => window.remote?.arm());
    edit();
    paints.push(await page.evaluate(() => window.remote!.shown));
  }
  return paints;
}
