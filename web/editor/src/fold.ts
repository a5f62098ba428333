// Sections and items can be folded: by a mark that shows beside the line that is pointed at or holds the caret, and by keys.

import { codeFolding, foldable, foldEffect, foldService, foldedRanges, syntaxTree, unfoldEffect } from "@codemirror/language";
import { type EditorState, type Extension, RangeSetBuilder, StateEffect } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import { icon, make } from "./dom.ts";
import { endOf, headingsOf } from "./outline/headings.ts";
import { OUTLINES } from "./toolbar/outlines.ts";
import { say } from "./toolbar/words.ts";

const HEADING = /^(?:ATX|Setext)Heading(\d)$/;

/** Blocks that hold neither headings nor items. */
const LEAF = /^(?:Paragraph|Task|Table|FencedCode|CodeBlock|HTMLBlock)$/;

export function folding(): Extension {
  return [
    foldService.of(range),
    codeFolding({ placeholderText: "…" }),
    marks,
  ];
}

/** Folds what the caret's line begins, or else the section that it is in, and unfolds what is folded there. */
export function foldHere(view: EditorView): boolean {
  const { state } = view;
  const { head } = state.selection.main;
  const own = state.doc.lineAt(head);
  const folded = foldedIn(state, own.from, own.to);
  if (folded !== null) {
    view.dispatch({ effects: unfoldEffect.of(folded) });
    return true;
  }
  const heading = headingsOf(state).findLast(({ from }) => from <= head);
  const lines = heading === undefined ? [own] : [own, state.doc.lineAt(heading.from)];
  for (const line of lines) {
    const found = foldable(state, line.from, line.to);
    if (found === null) continue;
    // The caret stays where it is seen.
    view.dispatch({ effects: foldEffect.of(found), ...(head > line.to ? { selection: { anchor: line.to } } : {}) });
    return true;
  }
  return false;
}

/** What is folded under a line: a section up to the next heading of its level, or what belongs to an item. */
function range(state: EditorState, start: number, end: number): { from: number; to: number } | null {
  const found = foldablesIn(state, start, end).get(start);
  if (found === undefined) return null;
  if (found.level === 0) return { from: end, to: found.to };
  const headings = headingsOf(state);
  const at = headings.findIndex(({ from }) => from >= start && from <= end);
  if (at < 0) return null;
  const text = state.sliceDoc(end, endOf(headings, at, state.doc.length));
  const to = end + text.trimEnd().length;
  return to > end ? { from: end, to } : null;
}

/** The lines that begin a section or an item with more lines, told without looking for where a section ends: its level says that it is one. */
function foldablesIn(state: EditorState, from: number, to: number): Map<number, { level: number; to: number }> {
  const found = new Map<number, { level: number; to: number }>();
  const add = (at: number, level: number, end: number) => {
    const line = state.doc.lineAt(at);
    if (at >= from && line.to < end && !found.has(line.from)) found.set(line.from, { level, to: end });
  };
  syntaxTree(state).iterate({
    from,
    to,
    enter: (node) => {
      const level = HEADING.exec(node.name)?.[1];
      if (level !== undefined) add(node.from, Number(level), state.doc.length);
      else if (node.name === "ListItem") add(node.from, 0, node.to);
      return level === undefined && !LEAF.test(node.name);
    },
  });
  return found;
}

class Mark extends WidgetType {
  constructor(private readonly isFolded: boolean) {
    super();
  }

  override eq(other: Mark): boolean {
    return other.isFolded === this.isFolded;
  }

  override toDOM(view: EditorView): HTMLElement {
    const label = this.isFolded ? say("unfold") : say("fold");
    // Keys fold where the caret is; one stop more for each heading would be in everybody's way.
    const button = make("button", { className: "fold-mark", type: "button", tabIndex: -1, title: label, ariaLabel: label }, icon(OUTLINES.fold, 16));
    button.ariaExpanded = String(!this.isFolded);
    // No part of what the heading says. What is folded is told where it would stand.
    button.ariaHidden = "true";
    button.onmousedown = (event) => event.preventDefault();
    button.onclick = () => toggle(view, view.posAtDOM(button));
    return button;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function toggle(view: EditorView, at: number): void {
  const line = view.state.doc.lineAt(at);
  const folded = foldedIn(view.state, line.from, line.to);
  const found = folded ?? foldable(view.state, line.from, line.to);
  if (found !== null) view.dispatch({ effects: (folded === null ? foldEffect : unfoldEffect).of(found) });
}

function foldedIn(state: EditorState, from: number, to: number): { from: number; to: number } | null {
  let found: { from: number; to: number } | null = null;
  foldedRanges(state).between(from, to, (begin, end) => {
    if (begin >= from && begin <= to) found ??= { from: begin, to: end };
  });
  return found;
}

const marks = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = marksOf(view);
    }

    update(update: ViewUpdate): void {
      const isFolded = update.transactions.some(({ effects }) => effects.some((effect: StateEffect<unknown>) => effect.is(foldEffect) || effect.is(unfoldEffect)));
      const isParsed = syntaxTree(update.startState) !== syntaxTree(update.state);
      if (update.docChanged || update.viewportChanged || isFolded || isParsed) this.decorations = marksOf(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function marksOf(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  let last = -1;
  for (const { from, to } of view.visibleRanges) {
    for (const at of [...foldablesIn(view.state, from, to).keys()].sort((a, b) => a - b)) {
      if (at <= last) continue;
      last = at;
      const isFolded = foldedIn(view.state, at, view.state.doc.lineAt(at).to) !== null;
      builder.add(at, at, Decoration.widget({ widget: new Mark(isFolded), side: -1 }));
    }
  }
  return builder.finish();
}
