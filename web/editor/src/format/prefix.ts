// What stands before the words of a line: marks of quotations, an indent, and the mark of a heading or of an item.

import type { EditorState, Line } from "@codemirror/state";
import { nodeAround } from "./syntax.ts";

export interface Prefix {
  /** The marks of quotations, with their blanks. */
  quote: string;
  indent: string;
  /** Of a heading or an item, with its blanks and its box; empty when there is none. */
  mark: string;
  kind: "heading" | "bullets" | "numbers" | "task" | "none";
  /** What a heading has of hashes, and an item of a number. */
  level: number;
  /** Columns from the indent to the words of an item; what belongs to it is indented so far. */
  width: number;
}

const PREFIX = /^((?:[ ]{0,3}>[ ]?)*)([ \t]*)(?:(#{1,6})(?:[ \t]+|$)|([-*+]|(\d{1,9})[.)])((?:[ \t]+|$))(\[[ xX]\](?:[ \t]+|$))?)?/;

export function prefixOf(text: string): Prefix {
  const [whole = "", quote = "", indent = "", hashes, item, number, blanks = "", box] = PREFIX.exec(text) ?? [];
  const mark = whole.slice(quote.length + indent.length);
  if (hashes !== undefined) return { quote, indent, mark, kind: "heading", level: hashes.length, width: 0 };
  if (item === undefined) return { quote, indent, mark, kind: "none", level: 0, width: 0 };
  const kind = box !== undefined ? "task" : number !== undefined ? "numbers" : "bullets";
  // Behind more blanks than four, the words are code within the item.
  const width = item.length + (blanks.length > 4 || blanks === "" ? 1 : blanks.length);
  return { quote, indent, mark, kind, level: Number(number ?? 0), width };
}

/** The same for a line of a text: a row of stars is a rule and no item. */
export function prefixAt(state: EditorState, line: Line): Prefix {
  const prefix = prefixOf(line.text);
  if (prefix.kind === "none" || prefix.kind === "heading") return prefix;
  const at = line.from + prefix.quote.length + prefix.indent.length;
  const isRule = nodeAround(state, at, (name) => name === "HorizontalRule") !== null;
  return isRule ? { ...prefix, mark: "", kind: "none", width: 0 } : prefix;
}

/** How far the words of a line are indented, in columns. */
export function columns(indent: string): number {
  let count = 0;
  for (const sign of indent) count += sign === "\t" ? 4 - (count % 4) : 1;
  return count;
}
