// What a stretch of text is drawn with: decorations gathered while its syntax is walked through.

import type { SyntaxNode, SyntaxNodeRef } from "@lezer/common";
import type { EditorState, Range } from "@codemirror/state";
import { Decoration, type DecorationSet, type WidgetType } from "@codemirror/view";
import { type Touches, touches } from "./touch.ts";

const hidden = Decoration.replace({});

/** Draws a node; false when what is in it is not to be drawn any more. */
export type Draw = (node: SyntaxNodeRef, page: Page) => boolean | void;

export class Page {
  readonly touches: Touches;
  private readonly found: Range<Decoration>[] = [];
  private readonly classes = new Map<number, Set<string>>();
  private readonly depths = new Map<number, number>();
  private readonly quotations = new Map<number, number>();
  private readonly levels = new Map<number, number>();

  constructor(
    readonly state: EditorState,
    /** What is in view: nothing has to be drawn outside. */
    readonly from: number,
    readonly to: number,
  ) {
    this.touches = touches(state);
  }

  /** Leaves marks out. Line breaks stay: only what knows heights in advance may take them. */
  hide(from: number, to: number): void {
    if (from < to && this.isOneLine(from, to)) this.found.push(hidden.range(from, to));
  }

  /** Puts something in place of text within a line. */
  replace(from: number, to: number, widget: WidgetType): void {
    if (from < to && this.isOneLine(from, to)) this.found.push(Decoration.replace({ widget }).range(from, to));
  }

  mark(from: number, to: number, decoration: Decoration): void {
    if (from < to) this.found.push(decoration.range(from, to));
  }

  /** Gives classes to the line that holds an offset. */
  line(at: number, ...names: string[]): void {
    const { from } = this.state.doc.lineAt(at);
    const known = this.classes.get(from) ?? new Set();
    for (const name of names) known.add(name);
    this.classes.set(from, known);
  }

  /** The line belongs to a list within so many others; what is said last counts. */
  depth(at: number, level: number): void {
    this.depths.set(this.state.doc.lineAt(at).from, level);
  }

  /** The line is within so many quotations; what is said last counts. */
  quoted(at: number, level: number): void {
    this.quotations.set(this.state.doc.lineAt(at).from, level);
  }

  /** The line is a heading, also for those who hear it. */
  heading(at: number, level: number): void {
    this.levels.set(this.state.doc.lineAt(at).from, level);
  }

  /** The lines of a stretch that are in view. */
  *lines(from: number, to: number): Generator<{ from: number; to: number; text: string; isFirst: boolean; isLast: boolean }> {
    const { doc } = this.state;
    const [start, end] = [Math.max(from, this.from), Math.min(to, this.to)];
    if (start > end) return;
    for (let line = doc.lineAt(start); ; line = doc.line(line.number + 1)) {
      yield { from: line.from, to: line.to, text: line.text, isFirst: line.from <= from, isLast: line.to >= to };
      if (line.to >= end || line.number === doc.lines) return;
    }
  }

  slice(from: number, to: number): string {
    return this.state.sliceDoc(from, to);
  }

  decorations(): DecorationSet {
    for (const [at, level] of this.depths) this.line(at, `md-depth-${level}`);
    for (const [at, level] of this.quotations) this.line(at, `md-quoted-${level}`);
    const lines = [...this.classes].map(([from, names]) => {
      const level = this.levels.get(from);
      const attributes = level === undefined ? {} : { role: "heading", "aria-level": String(level) };
      return Decoration.line({ class: [...names].join(" "), attributes }).range(from);
    });
    return Decoration.set([...lines, ...this.found], true);
  }

  private isOneLine(from: number, to: number): boolean {
    return this.state.doc.lineAt(from).to >= to;
  }
}

/** How many nodes of these names are around a node. */
export function depth(node: SyntaxNode, names: RegExp): number {
  let count = 0;
  for (let at: SyntaxNode | null = node.parent; at !== null; at = at.parent) if (names.test(at.name)) count++;
  return count;
}
