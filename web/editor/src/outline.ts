// The way to the list of headings, which is a chunk of its own.

import type { Extension } from "@codemirror/state";
import { type EditorView, keymap, ViewPlugin } from "@codemirror/view";

/** Anything on the page may ask for it. */
const EVENT = "inkling:outline";

export const OUTLINE_KEY = "Mod-Shift-o";

export function outline(): Extension {
  return [
    keymap.of([{ key: OUTLINE_KEY, run: (view) => (show(view), true), preventDefault: true }]),
    ViewPlugin.define((view) => {
      const asked = () => show(view);
      window.addEventListener(EVENT, asked);
      return { destroy: () => window.removeEventListener(EVENT, asked) };
    }),
  ];
}

export function show(view: EditorView): void {
  import("./outline/list.ts").then(({ openOutline }) => openOutline(view)).catch(console.error);
}
