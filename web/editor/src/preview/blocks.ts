// Blocks that are drawn as a whole: tables, formulas and front matter. Which there are is known for the whole text, as heights have to be; what a key costs is the
// section that it changed. A section of the syntax tree that is the same as before holds the same blocks.

import type { Tree } from "@lezer/common";
import { syntaxTree } from "@codemirror/language";
import { type EditorState, type Extension, Prec, type Range, StateField, type Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap } from "@codemirror/view";
import { frontMatterEnd } from "../front.ts";
import { sectionsOf } from "../groups.ts";
import { drawnBlocks } from "./formulas.ts";
import { FrontMatter } from "./front.ts";
import { readTable } from "./table/model.ts";
import { handsOf, type Surroundings, TableWidget } from "./table/widget.ts";
import { isFocused, tellFocus, touchChanged, touches } from "./touch.ts";

/** Longer tables stay as they are written, UTF-16 units: every cell is an element, also of rows out of view. */
const TABLE_UNITS_MAX = 20_000;

interface Blocks {
  /** The sections whose blocks are in `all`. */
  known: ReadonlySet<Tree>;
  all: DecorationSet;
  /** All but those that somebody writes in as they are. */
  shown: DecorationSet;
  isStale: boolean;
}

const NONE: Blocks = { known: new Set(), all: Decoration.none, shown: Decoration.none, isStale: true };

/** Draws the blocks, and lets arrow keys go into them. */
export function blockPreview(around: Surroundings): Extension {
  const blocks = field(around);
  const go = (forward: boolean, by: "line" | "character") => (view: EditorView) => enterTable(view, view.state.field(blocks).shown, forward, by);
  const keys = keymap.of([
    { key: "ArrowDown", run: go(true, "line") },
    { key: "ArrowUp", run: go(false, "line") },
    { key: "ArrowRight", run: go(true, "character") },
    { key: "ArrowLeft", run: go(false, "character") },
  ]);
  return [blocks, Prec.high(keys)];
}

/** Goes into a table that lies on the way of the caret. */
function enterTable(view: EditorView, shown: DecorationSet, forward: boolean, by: "line" | "character"): boolean {
  const { main } = view.state.selection;
  if (!main.empty) return false;
  const to = (by === "line" ? view.moveVertically(main, forward) : view.moveByChar(main, forward)).head;
  let at: number | null = null;
  shown.between(Math.min(main.head, to), Math.max(main.head, to), (from, end) => {
    if (from > main.head || end < main.head) at ??= from;
  });
  if (at === null) return false;
  const dom = [...view.contentDOM.querySelectorAll<HTMLElement>(".md-table")].find((one) => view.posAtDOM(one) === at);
  const hands = dom && handsOf(dom);
  if (hands === undefined) return false;
  if (forward) hands.enter(0, 0, "start");
  else hands.enter(hands.table.rows.length - 1, by === "line" ? 0 : hands.table.align.length - 1);
  return true;
}

/** Draws the table whose source the caret is in, and goes into its first cell; where tables are not drawn, nothing. */
export function enterTableHere(view: EditorView): void {
  if (!view.dom.classList.contains("face-write")) return;
  const at = view.state.doc.lineAt(view.state.selection.main.head).from;
  // Where the text has no focus, nothing in it is shown as it is written.
  view.dispatch({ effects: tellFocus(false) });
  const dom = [...view.contentDOM.querySelectorAll<HTMLElement>(".md-table")].find((one) => view.posAtDOM(one) === at);
  const hands = dom && handsOf(dom);
  if (hands === undefined) view.dispatch({ effects: tellFocus(view.hasFocus) });
  else hands.enter(0, 0, "start");
}

function field(around: Surroundings): StateField<Blocks> {
  return StateField.define<Blocks>({
    create: (state) => found(NONE, state, around),
    update: (blocks, transaction) => next(blocks, transaction, around),
    provide: (self) => EditorView.decorations.from(self, (blocks) => blocks.shown),
  });
}

function next(blocks: Blocks, transaction: Transaction, around: Surroundings): Blocks {
  const { startState, state, docChanged } = transaction;
  const isParsedFurther = syntaxTree(startState) !== syntaxTree(state);
  const isTouchedElsewhere = touchChanged(startState, state);
  if (!docChanged && !isParsedFurther && !isTouchedElsewhere && !blocks.isStale) return blocks;
  const mapped = docChanged ? { ...blocks, all: blocks.all.map(transaction.changes) } : blocks;
  // Blocks do not come and go under a composition of the text; one in a cell needs its own table kept up.
  if (around.isComposing() && isFocused(state)) return { ...mapped, shown: blocks.shown.map(transaction.changes), isStale: true };
  const isLockChanged = startState.readOnly !== state.readOnly;
  return found(isLockChanged ? { ...mapped, known: new Set() } : mapped, state, around);
}

function found(before: Blocks, state: EditorState, around: Surroundings): Blocks {
  const tree = syntaxTree(state);
  let { all } = before;
  const known = new Set<Tree>();
  for (const [section, from] of sectionsOf(tree)) {
    known.add(section);
    if (before.known.has(section)) continue;
    const to = Math.min(from + section.length, state.doc.length);
    const add = [...tables(section, from, state, all, around), ...drawnBlocks(section, from, state)].sort((a, b) => a.from - b.from);
    all = all.update({ filterFrom: from, filterTo: to, filter: (start, _end, { spec }) => start < from || start >= to || spec.widget instanceof FrontMatter, add });
  }
  all = withFrontMatter(all, state);
  const touched = touches(state);
  const open: number[] = [];
  for (const { anchor, head } of state.selection.ranges) {
    for (const end of [anchor, head]) all.between(end, end, (from, to) => void (touched(from, to) && open.push(from)));
  }
  const [low, high] = [Math.min(...open), Math.max(...open)];
  const shown = open.length === 0 ? all : all.update({ filterFrom: low, filterTo: high, filter: (from) => !open.includes(from) });
  return { known, all, shown, isStale: false };
}

/** Front matter is no part of Markdown: what the parser takes its lines for does not count. */
function withFrontMatter(all: DecorationSet, state: EditorState): DecorationSet {
  const end = frontMatterEnd(state);
  let known: string | undefined;
  all.between(0, 0, (_from, _to, { spec }) => void (known = spec.widget instanceof FrontMatter ? spec.widget.text : undefined));
  const text = end === null ? undefined : state.sliceDoc(0, end);
  if (known === text) return all;
  const add = end === null ? [] : [Decoration.replace({ widget: new FrontMatter(state.sliceDoc(0, end)), block: true }).range(0, end)];
  return all.update({ filterFrom: 0, filterTo: end ?? 0, filter: (_from, _to, { spec }) => end === null && !(spec.widget instanceof FrontMatter), add });
}

function tables(section: Tree, start: number, state: EditorState, all: DecorationSet, around: Surroundings): Range<Decoration>[] {
  const ranges: Range<Decoration>[] = [];
  section.iterate({
    enter: (node) => {
      if (node.type === section.type) return;
      if (node.name !== "Table" || node.to - node.from > TABLE_UNITS_MAX) return false;
      const from = state.doc.lineAt(start + node.from).from;
      const { to } = state.doc.lineAt(start + node.to);
      const table = readTable(state.sliceDoc(from, to));
      if (table === null) return false;
      let key: object = {};
      all.between(from, to, (_from, _to, { spec }) => {
        if (spec.widget instanceof TableWidget) key = spec.widget.key;
      });
      const widget = new TableWidget(table, key, state.readOnly, around);
      ranges.push(Decoration.replace({ widget, block: true }).range(from, to));
      return false;
    },
  });
  return ranges;
}
