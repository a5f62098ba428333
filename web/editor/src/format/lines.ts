// Headings, items and quotations: what stands before the words of the lines that are selected.

import type { EditorState, Line, TransactionSpec } from "@codemirror/state";
import type { Splice } from "../splice.ts";
import { columns, type Prefix, prefixAt } from "./prefix.ts";
import { quoteSplices } from "./quote.ts";
import { nodeAround, opaqueAround } from "./syntax.ts";

/** `heading` goes round: first, second, third level, none. */
export type LineFormat = "heading" | "heading1" | "heading2" | "heading3" | "bullets" | "numbers" | "task" | "quote";

const LINE_FORMATS = ["heading", "heading1", "heading2", "heading3", "bullets", "numbers", "task", "quote"];

export function isLineFormat(kind: string): kind is LineFormat {
  return LINE_FORMATS.includes(kind);
}

/** Gives the selected lines this mark instead of theirs; takes it away when all have it. */
export function toggleLines(state: EditorState, kind: LineFormat): TransactionSpec | null {
  const splices = kind === "quote" ? quoteSplices(state) : marked(state, kind);
  if (splices.length === 0) return null;
  const changes = state.changes(splices);
  return { changes, selection: state.selection.map(changes, 1) };
}

interface Marked {
  line: Line;
  prefix: Prefix;
  /** The line of signs below a heading, with the break before it. */
  underline: { from: number; to: number } | null;
}

function marked(state: EditorState, kind: Exclude<LineFormat, "quote">): Splice[] {
  const lines = selectedLines(state);
  const [first] = lines;
  if (first === undefined) return [];
  const wanted = kind === "heading" ? headingAfter(first.prefix) : kind;
  const isOn = wanted === "none" || lines.every(({ prefix }) => nameOf(prefix) === wanted);
  const numbers = new Numbers(state);
  const shifts = new Map<number, number>();
  const splices: Splice[] = [];
  for (const { line, prefix, underline } of lines) {
    const mark = isOn ? "" : markOf(state, wanted, line, prefix, numbers);
    const from = line.from + prefix.quote.length + prefix.indent.length;
    if (mark !== prefix.mark) splices.push({ from, to: from + prefix.mark.length, insert: mark });
    if (underline !== null) splices.push({ ...underline, insert: "" });
    if (isOn) splices.push(...apart(state, line, prefix, lines));
    shiftChildren(state, line, prefix, widthOf(mark) - prefix.width, shifts);
  }
  for (const [number, columnsMore] of shifts) splices.push(...indented(state.doc.line(number), columnsMore));
  return splices.sort((a, b) => a.from - b.from);
}

/** Columns of an item's mark, without its box. */
function widthOf(mark: string): number {
  return /^(?:[-*+]|\d+[.)]) /.exec(mark)?.[0].length ?? 0;
}

function headingAfter(prefix: Prefix): LineFormat | "none" {
  const level = prefix.kind === "heading" ? prefix.level : 0;
  return level === 0 ? "heading1" : level === 1 ? "heading2" : level === 2 ? "heading3" : "none";
}

/** The format that a line has. */
function nameOf(prefix: Prefix): string {
  return prefix.kind === "heading" ? `heading${prefix.level}` : prefix.kind;
}

function markOf(state: EditorState, wanted: string, line: Line, prefix: Prefix, numbers: Numbers): string {
  const level = /^heading(\d)$/.exec(wanted)?.[1];
  if (level !== undefined) return `${"#".repeat(Number(level))} `;
  if (wanted === "numbers") return `${numbers.next(line, prefix)}. `;
  const own = /^[-*+]/.exec(prefix.mark)?.[0];
  const sign = own ?? /^[-*+]/.exec(siblingBefore(state, line, prefix)?.mark ?? "")?.[0] ?? "-";
  return wanted === "task" ? `${sign} [ ] ` : `${sign} `;
}

/** Numbers for items at each depth, going on from the item before. */
class Numbers {
  private readonly last = new Map<number, number>();

  constructor(private readonly state: EditorState) {}

  next(line: Line, prefix: Prefix): number {
    const depth = columns(prefix.indent);
    for (const deeper of this.last.keys()) if (deeper > depth) this.last.delete(deeper);
    const before = this.last.get(depth) ?? siblingBefore(this.state, line, prefix)?.level ?? 0;
    this.last.set(depth, before + 1);
    return before + 1;
  }
}

/** The item that stands before a line at the same depth, with nothing but its own lines between. */
function siblingBefore(state: EditorState, line: Line, prefix: Prefix): Prefix | null {
  const depth = columns(prefix.indent);
  for (let number = line.number - 1; number >= 1; number--) {
    const above = state.doc.line(number);
    const found = prefixAt(state, above);
    if (above.text.trim() === "" || found.quote !== prefix.quote) return null;
    if (columns(found.indent) > depth) continue;
    return found.kind === "none" || found.kind === "heading" ? null : found;
  }
  return null;
}

/** The lines that can have a mark: one that is empty only when it is alone. */
function selectedLines(state: EditorState): Marked[] {
  const { from, to, empty } = state.selection.main;
  const first = state.doc.lineAt(from).number;
  const end = state.doc.lineAt(to);
  const last = !empty && to === end.from && end.number > first ? end.number - 1 : end.number;
  const found: Marked[] = [];
  for (let number = first; number <= last; number++) {
    const line = state.doc.line(number);
    const prefix = prefixAt(state, line);
    const isEmpty = line.text.slice(prefix.quote.length).trim() === "";
    if ((isEmpty && first < last) || isFixed(state, line, prefix)) continue;
    found.push({ line, ...withUnderline(state, line, prefix) });
  }
  return found;
}

/** Code, tables, rules, and lines that are indented to go on with a paragraph of an item. */
function isFixed(state: EditorState, line: Line, prefix: Prefix): boolean {
  if (line.text.trim() === "") return false;
  if (opaqueAround(state, line.to) !== null) return true;
  const block = nodeAround(state, line.to, (name) => /^(?:Table|HorizontalRule|Paragraph|Task|SetextHeading\d)$/.test(name));
  if (block === null) return false;
  if (block.name === "Table" || block.name === "HorizontalRule") return true;
  const isFirst = state.doc.lineAt(block.from).number === line.number;
  const isOfItem = block.parent?.name === "ListItem" && prefix.indent !== "";
  return !isFirst && (isOfItem || block.name.startsWith("Setext"));
}

function withUnderline(state: EditorState, line: Line, prefix: Prefix): Omit<Marked, "line"> {
  const node = nodeAround(state, line.to, (name) => name.startsWith("SetextHeading"));
  if (node === null) return { prefix, underline: null };
  const below = state.doc.lineAt(node.to);
  const level = Number(node.name.at(-1));
  return { prefix: { ...prefix, kind: "heading", level }, underline: { from: below.from - 1, to: below.to } };
}

/** A paragraph that was an item would be read as part of the item before it, and would take in the number after it. */
function apart(state: EditorState, line: Line, prefix: Prefix, lines: readonly Marked[]): Splice[] {
  if (prefix.width === 0) return [];
  const isSelected = (number: number) => lines.some((one) => one.line.number === number);
  const splices: Splice[] = [];
  const blank = `${prefix.quote.trimEnd()}\n`;
  if (line.number > 1 && !isSelected(line.number - 1)) {
    const above = state.doc.line(line.number - 1);
    const isItems = above.text.trim() !== "" && nodeAround(state, above.to, (name) => name === "ListItem") !== null;
    if (isItems) splices.push({ from: line.from, to: line.from, insert: blank });
  }
  if (line.number < state.doc.lines && !isSelected(line.number + 1)) {
    const below = state.doc.line(line.number + 1);
    const found = prefixAt(state, below);
    if (found.kind === "numbers" && found.level !== 1) splices.push({ from: below.from, to: below.from, insert: blank });
  }
  return splices;
}

/** What belongs to an item is indented as far as its words are. */
function shiftChildren(state: EditorState, line: Line, prefix: Prefix, more: number, shifts: Map<number, number>): void {
  if (more === 0 || prefix.width === 0) return;
  const at = line.from + prefix.quote.length + prefix.indent.length;
  const item = nodeAround(state, at + 1, (name) => name === "ListItem");
  if (item === null || state.doc.lineAt(item.from).number !== line.number) return;
  const last = state.doc.lineAt(item.to).number;
  for (let number = line.number + 1; number <= last; number++) shifts.set(number, (shifts.get(number) ?? 0) + more);
}

/** A line that begins so many columns later, or as many earlier as it has blanks. */
export function indented(line: Line, more: number): Splice[] {
  const quote = /^(?:[ ]{0,3}>[ ]?)*/.exec(line.text)?.[0].length ?? 0;
  const blanks = /^ */.exec(line.text.slice(quote))?.[0].length ?? 0;
  const from = line.from + quote;
  if (line.text.slice(quote).trim() === "") return [];
  if (more > 0) return [{ from, to: from, insert: " ".repeat(more) }];
  const less = Math.min(blanks, -more);
  return less === 0 ? [] : [{ from, to: from + less, insert: "" }];
}
