// What the caret is in, for the buttons that say so.

import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { Tree } from "@lezer/common";
import { INLINE, type Inline, markedAround } from "./inline.ts";
import { around } from "./syntax.ts";

const BLOCKS: Readonly<Record<string, string>> = {
  ATXHeading1: "heading1",
  ATXHeading2: "heading2",
  ATXHeading3: "heading3",
  SetextHeading1: "heading1",
  SetextHeading2: "heading2",
  Blockquote: "quote",
  FencedCode: "codeblock",
  Link: "link",
  Image: "image",
  Table: "table",
};

/** The formats that are on where the selection is: all of it, as far as its two ends tell. */
export function activeFormats(state: EditorState): Set<string> {
  const { from, to } = state.selection.main;
  // As far as it is parsed: nobody waits for it.
  const tree = syntaxTree(state);
  const found = blocksAt(state, to, tree);
  for (const kind of Object.keys(INLINE) as Inline[]) {
    const one = markedAround(state, from, INLINE[kind], tree);
    if (one !== null && (from === to || markedAround(state, to, INLINE[kind], tree)?.from === one.from)) found.add(kind);
  }
  return found;
}

function blocksAt(state: EditorState, at: number, tree: Tree): Set<string> {
  const found = new Set<string>();
  let isItem = false;
  for (const node of around(state, at, tree)) {
    const block = BLOCKS[node.name];
    if (block !== undefined) found.add(block);
    if (node.name !== "ListItem" || isItem) continue;
    isItem = true;
    if (node.getChild("Task") !== null) found.add("task");
    else found.add(node.parent?.name === "OrderedList" ? "numbers" : "bullets");
  }
  return found;
}
