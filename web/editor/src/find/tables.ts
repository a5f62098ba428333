// What is found in a drawn table. CodeMirror marks its own text, and a table's cells are none of it, so they are marked by ranges: nothing in a cell
// changes, also while somebody writes there. Where the browser cannot, only the way to the cell is left.

import { getSearchQuery, searchPanelOpen, type SearchQuery } from "@codemirror/search";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { TableHands } from "../preview/table/hands.ts";
import { stretches } from "../preview/table/model.ts";
import { handsOf } from "../preview/table/widget.ts";
import { drawnWords } from "../preview/table/words.ts";
import type { Match } from "./count.ts";

/** What is found behind these in one table is not marked. */
const MARKED_MAX = 1_000;

/** What style sheets call them. */
const [ALL, CURRENT] = ["found", "found-current"];

class Marks implements PluginValue {
  private readonly all = marking(ALL, 0);
  private readonly current = marking(CURRENT, 1);
  /** Whoever enters or leaves a cell has it drawn anew. */
  private readonly drawn = () => this.ask();

  constructor(private readonly view: EditorView) {
    for (const name of ["focusin", "focusout"]) view.contentDOM.addEventListener(name, this.drawn);
    this.ask();
  }

  update({ startState, state }: ViewUpdate): void {
    // Also when nothing was changed: tables come and go with the parser and with what is in view.
    if (searchPanelOpen(state) || searchPanelOpen(startState)) this.ask();
  }

  destroy(): void {
    for (const name of ["focusin", "focusout"]) this.view.contentDOM.removeEventListener(name, this.drawn);
    this.all?.clear();
    this.current?.clear();
    for (const [name, marks] of [[ALL, this.all], [CURRENT, this.current]] as const) if (CSS.highlights?.get(name) === marks) CSS.highlights?.delete(name);
  }

  /** Once the tables are drawn. */
  private ask(): void {
    if (this.all !== null) this.view.requestMeasure({ key: this, read: () => this.mark() });
  }

  private mark(): void {
    const { state } = this.view;
    this.all?.clear();
    this.current?.clear();
    const query = getSearchQuery(state);
    if (!searchPanelOpen(state) || !query.valid) return;
    const { main } = state.selection;
    for (const hands of drawnTables(this.view)) {
      for (const match of matchesIn(hands, query, state)) {
        const isCurrent = match.from === main.from && match.to === main.to;
        for (const { cell, from, to } of cellsOf(hands, match)) {
          const ranges = drawnWords(cell, from, to);
          for (const range of ranges) (isCurrent ? this.current : this.all)?.add(range);
          // One that is not drawn, such as an address, is at least shown to be in this cell.
          if (isCurrent && ranges.length === 0) this.current?.add(contentsOf(cell));
        }
      }
    }
  }
}

/** Marks what is found in drawn tables, and scrolls to the cell and not only to its table. */
export function foundInTables(): Extension {
  return [ViewPlugin.fromClass(Marks), EditorView.scrollHandler.of(scrollToCell)];
}

function scrollToCell(view: EditorView, range: Match): boolean {
  if (!searchPanelOpen(view.state)) return false;
  for (const hands of drawnTables(view)) {
    const [first] = cellsOf(hands, range);
    if (first === undefined) continue;
    first.cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }
  return false;
}

function drawnTables({ contentDOM }: EditorView): TableHands[] {
  return [...contentDOM.querySelectorAll<HTMLElement>(".md-table")].flatMap((dom) => handsOf(dom) ?? []);
}

function matchesIn({ at, table }: TableHands, query: SearchQuery, state: EditorState): Match[] {
  const matches: Match[] = [];
  const cursor = query.getCursor(state, at, Math.min(at + table.text.length, state.doc.length));
  for (let step = cursor.next(); step.done !== true && matches.length < MARKED_MAX; step = cursor.next()) matches.push({ from: step.value.from, to: step.value.to });
  return matches;
}

/** The cells that a stretch of the text is in, each with where that is in its own text. */
function cellsOf(hands: TableHands, { from, to }: Match): { cell: HTMLElement; from: number; to: number }[] {
  const { at, table } = hands;
  return stretches(table, from - at, to - at).flatMap(({ row, column, ...within }) => {
    const cell = hands.field(row, column);
    return cell === undefined ? [] : [{ cell, ...within }];
  });
}

function contentsOf(cell: HTMLElement): Range {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range;
}

/** Ranges that are drawn as marks of a name; none where the browser knows no such thing. */
function marking(name: string, priority: number): Highlight | null {
  if (CSS.highlights === undefined) return null;
  const marks = Object.assign(new Highlight(), { priority });
  CSS.highlights.set(name, marks);
  return marks;
}
