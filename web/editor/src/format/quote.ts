// Quotations: whole paragraphs, since lines that follow one without a mark belong to it all the same.

import type { EditorState } from "@codemirror/state";
import type { Splice } from "../splice.ts";
import { isOpaque, nodeAround, opaqueAround } from "./syntax.ts";

const MARK = /^ {0,3}> ?/;

/** One level more, or one less where every line has one. */
export function quoteSplices(state: EditorState): Splice[] {
  const { main } = state.selection;
  const code = opaqueAround(state, main.from);
  if (code !== null && code.from <= main.from && main.to <= code.to) return [];
  const { from, to } = whole(state, main.from, main.to);
  const first = state.doc.lineAt(from).number;
  let last = state.doc.lineAt(to).number;
  while (last > first && state.doc.line(last).text.trim() === "") last--;
  const lines = Array.from({ length: last - first + 1 }, (_, at) => state.doc.line(first + at));
  const isOn = lines.every(({ text }) => MARK.test(text));
  return lines.map(({ from: at, text }) => {
    if (isOn) return { from: at, to: at + (MARK.exec(text)?.[0].length ?? 0), insert: "" };
    return { from: at, to: at, insert: text === "" && lines.length > 1 ? ">" : "> " };
  });
}

/** From the beginning of the first block to the end of the last. */
function whole(state: EditorState, from: number, to: number): { from: number; to: number } {
  const isBlock = (name: string) => isOpaque(name) || /^(?:Paragraph|Task|Table|SetextHeading\d)$/.test(name);
  const first = nodeAround(state, from, isBlock);
  const last = nodeAround(state, to, isBlock);
  return { from: Math.min(from, first?.from ?? from), to: Math.max(to, last?.to ?? to) };
}
