// The page in which diagrams are drawn. It is of no site: what runs in it has nothing of the tab's, no network, and one window to talk to. Its
// policy (`xtask/src/web/parts.rs`) knows two scripts by their content: this one, and the program that it is handed.

import type { Draw, Question } from "./question.ts";

declare const globalThis: { inklingDraw?: Draw };

/** What comes first is the program; all others are questions. */
async function take({ data, source }: MessageEvent<{ program: string } | Question>): Promise<void> {
  if (source !== parent) return;
  if ("program" in data) {
    const script = document.createElement("script");
    script.textContent = data.program;
    document.head.append(script);
    return tell(globalThis.inklingDraw === undefined ? "missing" : "ready");
  }
  tell(await globalThis.inklingDraw?.(data));
}

function tell(what: unknown): void {
  parent.postMessage(what, "*");
}

// Where something on the way took the policy off, it would be a page of this site: nothing is drawn then.
if (origin === "null") {
  addEventListener("message", (event) => void take(event));
  tell("here");
} else {
  tell("missing");
}
