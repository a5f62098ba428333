// What one writes in: the paragraph around the caret, and the sentence in it.

import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";

export type Unit = "paragraph" | "sentence";

export interface Range {
  from: number;
  to: number;
}

const BLOCK = /^(?:Paragraph|Task|ATXHeading\d|SetextHeading\d|FencedCode|CodeBlock|Table|HTMLBlock|LinkReference)$/;

/** A paragraph that is longer is looked at no further than this from the caret, UTF-16 units. */
const AROUND_MAX = 4_000;

/** The paragraph (or heading, code, table) that holds a place, in whole lines, and what of it stands out: all of it, or the sentence. */
export function unitAround(state: EditorState, place: number, unit: Unit): { paragraph: Range; within: Range } {
  const paragraph = paragraphAround(state, place);
  return { paragraph, within: unit === "paragraph" ? paragraph : sentenceAround(state, place, paragraph) };
}

function paragraphAround(state: EditorState, place: number): Range {
  const own = state.doc.lineAt(place);
  const node = blockAt(state, place);
  const from = Math.min(own.from, Math.max(node?.from ?? place, place - AROUND_MAX));
  const to = Math.max(own.to, Math.min(node?.to ?? place, place + AROUND_MAX));
  return { from: state.doc.lineAt(from).from, to: state.doc.lineAt(to).to };
}

/** Also at its end, where the caret is after what was just typed. */
function blockAt(state: EditorState, place: number): SyntaxNode | null {
  const tree = syntaxTree(state);
  for (const side of [-1, 1] as const) {
    for (let node: SyntaxNode | null = tree.resolveInner(place, side); node !== null; node = node.parent) if (BLOCK.test(node.name)) return node;
  }
  return null;
}

function sentenceAround(state: EditorState, place: number, paragraph: Range): Range {
  const text = state.sliceDoc(paragraph.from, paragraph.to);
  const at = place - paragraph.from;
  const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });
  // A line break ends a sentence for the segmenter, and not in Markdown.
  for (const { index, segment } of sentences.segment(text.replaceAll("\n", " "))) {
    const end = index + segment.length;
    if (at < end || end === text.length) return { from: paragraph.from + index, to: paragraph.from + index + segment.trimEnd().length || paragraph.to };
  }
  return paragraph;
}
