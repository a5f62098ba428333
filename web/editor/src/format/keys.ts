// The keys of formats, as other word processors have them. CodeMirror finds them on all layouts: by what a key types and by where it is.

import type { KeyBinding } from "@codemirror/view";
import { applyFormat, type Format } from "../format.ts";
import { nodeAround } from "./syntax.ts";

/** In the notation of CodeMirror. */
export const FORMAT_KEYS: Readonly<Partial<Record<Format, string>>> = {
  bold: "Mod-b",
  italic: "Mod-i",
  strike: "Mod-Shift-x",
  code: "Mod-e",
  link: "Mod-k",
  heading1: "Mod-Alt-1",
  heading2: "Mod-Alt-2",
  heading3: "Mod-Alt-3",
  numbers: "Mod-Shift-7",
  bullets: "Mod-Shift-8",
  task: "Mod-Shift-9",
  quote: "Mod-Shift-.",
};

export const formatKeymap: readonly KeyBinding[] = Object.entries(FORMAT_KEYS).map(([kind, key]) => {
  if (kind === "link") return { key, run: (view) => isLinkable(view.state) && applyFormat(view, "link"), stopPropagation: true };
  return { key, run: (view) => applyFormat(view, kind as Format), preventDefault: true };
});

/** With nothing to make a link of, the same key goes to a document or a room, as everywhere else. */
function isLinkable(state: Parameters<typeof nodeAround>[0]): boolean {
  const { main } = state.selection;
  return !main.empty || nodeAround(state, main.head, (name) => name === "Link") !== null;
}
