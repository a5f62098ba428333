// Items of lists, by the lines that they have.

import type { EditorState, Line } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import { treeTo } from "../format/syntax.ts";

/** Whole lines of something that can be moved. */
export interface Lines {
  first: Line;
  last: Line;
}

export function linesOf(state: EditorState, node: SyntaxNode): Lines {
  return { first: state.doc.lineAt(node.from), last: state.doc.lineAt(node.to) };
}

/** The innermost item that a line belongs to. */
export function itemAt(state: EditorState, line: Line): SyntaxNode | null {
  const indent = /^[ >\t]*/.exec(line.text)?.[0].length ?? 0;
  const at = Math.min(line.from + indent + 1, line.to);
  for (let node: SyntaxNode | null = treeTo(state, line.to).resolveInner(at, -1); node !== null; node = node.parent) {
    if (/Code|HTMLBlock/.test(node.name) && node.name !== "InlineCode" && node.name !== "CodeMark") return null;
    if (node.name === "ListItem") return node;
  }
  return null;
}

/** Whether nothing but marks of quotations stands before it on its line. */
export function beginsLine(state: EditorState, node: SyntaxNode): boolean {
  return /^[ >\t]*$/.test(state.sliceDoc(state.doc.lineAt(node.from).from, node.from));
}

/** The list that a list of items stands in: its item, when there is one. */
export function outerItem(item: SyntaxNode): SyntaxNode | null {
  const outer = item.parent?.parent ?? null;
  return outer?.name === "ListItem" ? outer : null;
}

/** The item above or below in the same list: marks of a quotation may stand between the two. */
export function itemBeside(item: SyntaxNode, way: "up" | "down"): SyntaxNode | null {
  for (let node = item; ; ) {
    const next = way === "up" ? node.prevSibling : node.nextSibling;
    if (next === null || next.name === "ListItem") return next;
    node = next;
  }
}

/** The columns from the start of its line, or from the marks of quotations there, to an item. */
export function depthOf(state: EditorState, item: SyntaxNode): number {
  return /[ \t]*$/.exec(state.sliceDoc(state.doc.lineAt(item.from).from, item.from))?.[0].length ?? 0;
}

/** The columns to its words. */
export function widthOf(state: EditorState, item: SyntaxNode): number {
  const text = state.sliceDoc(item.from, Math.min(item.from + 16, state.doc.lineAt(item.from).to));
  const [mark = "", blanks = ""] = /^(?:[-*+]|\d{1,9}[.)])( *)/.exec(text) ?? [];
  return mark.length - blanks.length + Math.min(Math.max(blanks.length, 1), 4);
}

export function numberOf(state: EditorState, item: SyntaxNode): number | null {
  const found = /^\d{1,9}/.exec(state.sliceDoc(item.from, item.from + 10));
  return found === null ? null : Number(found[0]);
}
