// The headings of a text, in steps.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState, Text } from "@codemirror/state";
import type { SyntaxNodeRef, Tree } from "@lezer/common";
import { frontMatterEnd } from "../front.ts";

export interface Heading {
  /** Of the line that it stands on, or begins on. */
  from: number;
  level: number;
  words: string;
}

/** A text that nobody has looked through yet is parsed for no longer than this, milliseconds: what is further down is missing then. */
const PARSE_MS_MAX = 250;

const HEADING = /^(?:ATX|Setext)Heading(\d)$/;

/** Blocks that may hold headings. */
const OUTER = new Set(["Document", "Section", "Blockquote", "BulletList", "OrderedList", "ListItem"]);

export function headingsOf(state: EditorState): Heading[] {
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_MS_MAX) ?? syntaxTree(state);
  const front = frontMatterEnd(state) ?? -1;
  return headingsIn(tree, state.doc).filter(({ from }) => from > front);
}

export function headingsIn(tree: Tree, doc: Text): Heading[] {
  const found: Heading[] = [];
  tree.iterate({
    enter: (node) => {
      const level = HEADING.exec(node.name)?.[1];
      if (level !== undefined) found.push({ from: node.from, level: Number(level), words: wordsOf(node, doc) });
      return OUTER.has(node.name);
    },
  });
  return found;
}

/** What the end of a heading's section is: where the next one of its level or above begins, or the end of the text. */
export function endOf(headings: readonly Heading[], at: number, end: number): number {
  const own = headings[at];
  const next = headings.find(({ level }, index) => index > at && level <= (own?.level ?? 0));
  return next === undefined ? end : next.from - 1;
}

const HIDDEN = /Mark$|^(?:URL|LinkTitle)$/;

/** Without marks and addresses. */
function wordsOf(heading: SyntaxNodeRef, doc: Text): string {
  let text = "";
  let at = heading.from;
  const cursor = heading.node.cursor();
  while (cursor.next() && cursor.from < heading.to) {
    if (!HIDDEN.test(cursor.name) || cursor.from < at) continue;
    text += doc.sliceString(at, cursor.from);
    at = cursor.to;
  }
  return (text + doc.sliceString(at, heading.to)).replace(/\s+/g, " ").trim();
}
