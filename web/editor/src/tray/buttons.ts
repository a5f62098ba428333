// What can be done with any text: it is copied, or handed to the person as a file.

import { download } from "../device.ts";
import { icon, make } from "../dom.ts";
import { say } from "./words.ts";
import type { Act } from "./work.ts";

const COPY =
  "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2zM4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2";
const DOWN = "M12 5v14M19 12l-7 7-7-7";

export function copyButton(text: string, act: Act): HTMLButtonElement {
  const button = make("button", { className: "button", type: "button" }, icon(COPY, 16), say("copy"));
  button.dataset["testid"] = "rescued-copy";
  button.onclick = async () => {
    let told = "copied";
    // Without a secure context there is no clipboard.
    await navigator.clipboard?.writeText(text).catch(() => (told = "copy-failed"));
    act("tell", say(navigator.clipboard === undefined ? "copy-failed" : told));
  };
  return button;
}

export function downloadButton(name: string, text: string): HTMLButtonElement {
  const button = make("button", { className: "button", type: "button" }, icon(DOWN, 16), say("download"));
  button.dataset["testid"] = "rescued-download";
  button.onclick = () => download(fileName(name), text);
  return button;
}

/** A title as the name of a file: what file systems forbid becomes a dash. */
export function fileName(title: string): string {
  return `${title.replace(/[/\\:*?"<>|\n]/g, "-")}.md`;
}
