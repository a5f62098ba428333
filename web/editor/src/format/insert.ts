// What is put in as a whole: links and pictures around what is selected, and blocks on lines of their own.

import { EditorSelection, type EditorState, type TransactionSpec } from "@codemirror/state";
import { nodeAround, opaqueAround, piecesBetween } from "./syntax.ts";
import { wholeOf } from "./uncrossed.ts";

export type Inserted = "link" | "image" | "table" | "rule" | "codeblock" | "formula" | "diagram";

/** Three columns and a row to fill in. */
const TABLE = "|   |   |   |\n| --- | --- | --- |\n|   |   |   |";

const FORMULA = "$$\n\n$$";

/** Two things and what is between them, to go on from. */
const DIAGRAM = "```mermaid\nflowchart LR\n  A --> B\n```";

const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/i;

export function insert(state: EditorState, kind: Inserted): TransactionSpec | null {
  const { main } = state.selection;
  if (kind === "codeblock") return codeBlock(state);
  if (opaqueAround(state, main.from) !== null || opaqueAround(state, main.to) !== null) return null;
  if (kind === "link") return link(state);
  if (kind === "image") return written(state, "!");
  if (kind === "table") return block(state, TABLE, 2);
  if (kind === "formula") return formula(state);
  if (kind === "diagram") return block(state, DIAGRAM, DIAGRAM.lastIndexOf("\n"));
  return block(state, "---", "below");
}

/** The address of a link that is there already is selected, to write another; asked for again, the link goes and its words stay. */
function link(state: EditorState): TransactionSpec | null {
  const { main } = state.selection;
  const found = nodeAround(state, main.head, (name) => name === "Link");
  if (found === null || found.from > main.from || main.to > found.to) return written(state, "");
  const address = found.getChild("URL");
  const [open, close] = found.getChildren("LinkMark");
  if (open === undefined || close === undefined || address === null) return null;
  if (address.from !== main.from || address.to !== main.to) return { selection: EditorSelection.single(address.from, address.to) };
  const changes = [
    { from: open.from, to: open.to },
    { from: close.from, to: found.to },
  ];
  return { changes, selection: EditorSelection.single(open.from, close.from - 1) };
}

/** Into the part that is missing: the words when there are none, else the address. */
function written(state: EditorState, sign: string): TransactionSpec {
  const { from, to } = around(state);
  const text = state.sliceDoc(from, to);
  const isAddress = ADDRESS.test(text);
  const before = `${sign}[`;
  const changes = isAddress
    ? [{ from, insert: `${before}](` }, { from: to, insert: ")" }]
    : [{ from, insert: before }, { from: to, insert: "]()" }];
  const at = isAddress || from === to ? from + before.length : to + before.length + 2;
  return { changes, selection: EditorSelection.cursor(at) };
}

/** In the line where there are words in it, and on lines of its own else. */
function formula(state: EditorState): TransactionSpec {
  const { main } = state.selection;
  if (main.empty && /^[ \t>]*$/.test(state.doc.lineAt(main.head).text)) return block(state, FORMULA, "$$\n".length);
  const { from, to } = around(state);
  const changes = [{ from, insert: "$" }, { from: to, insert: "$" }];
  return { changes, selection: EditorSelection.single(from + 1, to + 1) };
}

/** What is selected, without blanks at its ends and with all of the marks that it holds a part of. */
function around(state: EditorState): { from: number; to: number } {
  const { main } = state.selection;
  const pieces = main.empty ? [] : piecesBetween(state, main.from, main.to);
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? wholeOf(first) : main;
}

/** On lines of its own, with empty ones around it. One goes on at an offset of it, or below it. */
export function block(state: EditorState, text: string, caret: number | "below"): TransactionSpec {
  const line = state.doc.lineAt(state.selection.main.head);
  const quote = /^(?: {0,3}> ?)*/.exec(line.text)?.[0] ?? "";
  const isBlank = (number: number) => state.doc.line(number).text.slice(quote.length).trim() === "";
  const isEmpty = isBlank(line.number);
  const outer = isEmpty ? null : nodeAround(state, line.to, (name) => /^(?:Paragraph|Task|Table|HTMLBlock|SetextHeading\d)$/.test(name));
  const last = outer === null ? line : state.doc.lineAt(outer.to);
  const next = last.number < state.doc.lines ? state.doc.line(last.number + 1) : null;
  const apart = `\n${quote.trimEnd()}`;
  const lead = !isEmpty ? `${apart}\n${quote}` : last.number === 1 || isBlank(last.number - 1) ? "" : `${apart.slice(1)}\n${quote}`;
  const body = text.replace(/\n/g, `\n${quote}`);
  // Right below a table a line would be one more row of it.
  const end = text === TABLE ? `${apart}\n${quote}` : caret === "below" ? `\n${quote}` : "";
  const tail = next !== null && !isBlank(next.number) ? apart : next === null ? end : "";
  const from = isEmpty ? line.from + (lead === "" ? quote.length : 0) : last.to;
  const start = from + lead.length;
  const below = tail === "" && next !== null ? 1 + next.length : tail.length;
  const lines = caret === "below" ? 0 : text.slice(0, caret).split("\n").length - 1;
  const at = caret === "below" ? start + body.length + below : start + caret + lines * quote.length;
  return { changes: { from, to: last.to, insert: lead + body + tail }, selection: EditorSelection.cursor(at) };
}

/** The selected lines between fences, or without the ones around them. */
function codeBlock(state: EditorState): TransactionSpec | null {
  const { main } = state.selection;
  const fenced = nodeAround(state, main.head, (name) => name === "FencedCode");
  if (fenced !== null && fenced.from <= main.from && main.to <= fenced.to) return unfenced(state, fenced.from, fenced.to);
  const first = state.doc.lineAt(main.from);
  const last = state.doc.lineAt(main.to);
  const quote = /^(?: {0,3}> ?)*/.exec(first.text)?.[0] ?? "";
  const indent = /^ */.exec(first.text.slice(quote.length))?.[0] ?? "";
  const text = state.sliceDoc(first.from, last.to);
  const longest = Math.max(2, ...(text.match(/^[ >]*`{3,}/gm) ?? []).map((run) => run.trim().length));
  const fence = "`".repeat(longest + 1);
  const changes = [
    { from: first.from + quote.length + indent.length, insert: `${fence}\n${quote}${indent}` },
    { from: last.to, insert: `\n${quote}${indent}${fence}` },
  ];
  const more = fence.length + 1 + quote.length + indent.length;
  return { changes, selection: EditorSelection.single(main.anchor + more, main.head + more) };
}

function unfenced(state: EditorState, from: number, to: number): TransactionSpec {
  const [first, last] = [state.doc.lineAt(from), state.doc.lineAt(to)];
  const isOneLine = first.number === last.number;
  const isClosed = !isOneLine && /^[ >]*(?:`{3,}|~{3,})\s*$/.test(last.text);
  const begin = { from, to: isOneLine ? first.to : state.doc.line(first.number + 1).from + (from - first.from) };
  if (!isClosed) return { changes: begin };
  // Of an empty block nothing stays.
  return { changes: last.from <= begin.to ? { from, to: last.to } : [begin, { from: last.from - 1, to: last.to }] };
}
