// What a key costs, seen three ways:
//   task   from the page hearing of the key until the change stands in the DOM: the browser's own editing, CodeMirror, and ours in it
//          (replica, update, handed to the socket). No waiting for a refresh; this is the figure that the aim of 8 ms is about.
//   paint  from the moment the browser got the key until the frame that shows it has been made. Waits for the browser's next frame.
//   busy   processor time of the page's main thread for one key, all in all: also style, layout, answers of the server, timers.
import type { Page } from "@playwright/test";
import { busyMs } from "./busy.ts";
import { percentile } from "./table.ts";

export interface Keys {
  task: number[];
  paint: number[];
  /** Milliseconds a key. */
  busy: number;
}

declare global {
  interface Window {
    keys?: { task: number[]; paint: number[] };
  }
}

/** From now on the page takes down every key. */
export async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const keys: { task: number[]; paint: number[] } = { task: [], paint: [] };
    window.keys = keys;
    let began: number | undefined;
    const pressed = (event: KeyboardEvent) => {
      began = performance.now();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        // A message posted in the frame is handled right after it is painted.
        port1.onmessage = () => keys.paint.push(performance.now() - event.timeStamp);
        port2.postMessage(undefined);
      });
    };
    window.addEventListener("keydown", pressed, { capture: true });
    // Observers are called in the order in which they were made: CodeMirror's, and all that follows from it, is done by then.
    const changed = () => {
      if (began !== undefined) keys.task.push(performance.now() - began);
      began = undefined;
    };
    new MutationObserver(changed).observe(document.querySelector(".cm-content")!, { childList: true, characterData: true, subtree: true });
  });
}

/** Types and answers what that cost. */
export async function typed(page: Page, text: string, delayMs: number): Promise<Keys> {
  await page.evaluate(() => {
    if (window.keys) window.keys.task.length = window.keys.paint.length = 0;
  });
  const busy = await busyMs(page, async () => {
    await page.keyboard.type(text, { delay: delayMs });
    await page.waitForFunction((count) => (window.keys?.paint.length ?? 0) >= count, text.length);
  });
  const keys = await page.evaluate(() => window.keys ?? { task: [], paint: [] });
  return { ...keys, busy: busy / text.length };
}

/** The columns of {@link figuresOf}. */
export const KEY_COLUMNS = ["task p50", "task p95", "paint p50", "paint p95", "busy/key"] as const;

/** What several rounds come to. */
export function figuresOf(rounds: readonly Keys[]): number[] {
  const task = rounds.flatMap((round) => round.task);
  const paint = rounds.flatMap((round) => round.paint);
  const busy = rounds.reduce((sum, round) => sum + round.busy, 0) / rounds.length;
  return [percentile(task, 50), percentile(task, 95), percentile(paint, 50), percentile(paint, 95), busy];
}
