// How what is pasted fits where it comes: words go into the line, blocks stand on lines of their own, as far within quotations and items as that line.

import type { EditorState } from "@codemirror/state";
import { prefixAt } from "../format/prefix.ts";
import type { Splice } from "../splice.ts";

const BLOCK = /^(?:#{1,6} |[-*+] |\d+[.)] |> |`{3}|---$|\|)/;
const ITEM = /^(?:[-*+]|\d+[.)]) /;

export function fitted(state: EditorState, { from, to }: { from: number; to: number }, text: string): Splice {
  if (!text.includes("\n") && !BLOCK.test(text)) return { from, to, insert: text };
  const line = state.doc.lineAt(from);
  const { quote, indent, mark, kind, width } = prefixAt(state, line);
  const start = line.from + quote.length + indent.length;
  const isAtStart = from === start + mark.length && kind !== "heading";
  // An item that waits for its words becomes the first of the items that come.
  const replaces = isAtStart && width > 0 && ITEM.test(text);
  const inner = quote + indent + " ".repeat(replaces ? 0 : width);
  const apart = `\n${inner.trimEnd()}\n${inner}`;
  const body = text.replace(/\n(?=[^\n])/g, `\n${inner}`).replace(/\n(?=\n)/g, `\n${inner.trimEnd()}`);
  const behind = to < state.doc.lineAt(to).to ? apart : "";
  return { from: replaces ? start : from, to, insert: (isAtStart ? "" : apart) + body + behind };
}
