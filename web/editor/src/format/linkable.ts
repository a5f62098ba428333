// Whether the key for links makes one.

import type { EditorState } from "@codemirror/state";
import { nodeAround } from "./syntax.ts";

export function isLinkable(state: EditorState): boolean {
  const { main } = state.selection;
  return !main.empty || nodeAround(state, main.head, (name) => name === "Link") !== null;
}
