// A table as it is drawn: cells to write in, and a small menu for its shape. When the text changes, by whomever, the same elements are
// brought up to date, so that nobody loses the cell they are in, nor their place in it.

import { type EditorView, WidgetType } from "@codemirror/view";
import { difference } from "../../splice.ts";
import { say } from "../words.ts";
import { TableHands } from "./hands.ts";
import { cellText, type Table } from "./model.ts";
import { showWords } from "./words.ts";

/** What drawn blocks need of the editor around them. */
export interface Surroundings {
  isComposing(): boolean;
  /** Compositions in a field within the text count too. */
  watch(field: HTMLElement): void;
  undo(): void;
  redo(): void;
  /** The focus went from a field within the text to somewhere else. */
  left(): void;
}

const ROW_PX = 36;

const parts = new WeakMap<HTMLElement, TableHands>();

/** What holds the table that an element draws. */
export function handsOf(dom: HTMLElement): TableHands | undefined {
  return parts.get(dom);
}

export class TableWidget extends WidgetType {
  constructor(
    readonly table: Table,
    /** The same for the same table, whatever its text has become. */
    readonly key: object,
    private readonly isLocked: boolean,
    private readonly around: Surroundings,
  ) {
    super();
  }

  override eq(other: TableWidget): boolean {
    return other.key === this.key && other.table.text === this.table.text && other.isLocked === this.isLocked;
  }

  override get estimatedHeight(): number {
    return (this.table.rows.length + 1) * ROW_PX;
  }

  override toDOM(view: EditorView): HTMLElement {
    const dom = document.createElement("div");
    dom.className = "md-table";
    dom.setAttribute("role", "group");
    dom.setAttribute("aria-label", say("table"));
    const scroll = document.createElement("div");
    scroll.className = "md-table-scroll";
    scroll.append(document.createElement("table"));
    dom.append(scroll);
    const hands = new TableHands(view, dom, this.table, this.around);
    parts.set(dom, hands);
    this.patch(dom, hands);
    return dom;
  }

  override updateDOM(dom: HTMLElement, _view: EditorView, from: WidgetType): boolean {
    const hands = parts.get(dom);
    if (hands === undefined || !(from instanceof TableWidget) || from.key !== this.key) return false;
    this.patch(dom, hands);
    return true;
  }

  override ignoreEvent(): boolean {
    return true;
  }

  override destroy(dom: HTMLElement): void {
    parts.get(dom)?.keepFocusIfGone();
    parts.delete(dom);
  }

  private patch(dom: HTMLElement, hands: TableHands): void {
    const { table, isLocked } = this;
    hands.take(table, isLocked);
    hands.isPatched = true;
    const body = dom.querySelector("table")!;
    while (body.rows.length > table.rows.length) body.deleteRow(-1);
    table.rows.forEach((_, number) => {
      const row = body.rows[number] ?? body.insertRow();
      while (row.cells.length > table.align.length) row.deleteCell(-1);
      table.align.forEach((align, column) => {
        let cell = row.cells[column];
        if (cell === undefined) {
          cell = document.createElement(number === 0 ? "th" : "td");
          cell.append(document.createElement("div"));
          row.append(cell);
        }
        cell.className = align === null ? "" : `align-${align}`;
        const field = cell.firstElementChild as HTMLElement;
        prepare(field, isLocked, number, column);
        fill(field, cellText(table, number, column));
      });
    });
    hands.isPatched = false;
    hands.keepFocus();
  }
}

function prepare(field: HTMLElement, isLocked: boolean, row: number, column: number): void {
  field.className = "md-cell";
  field.contentEditable = isLocked ? "false" : "plaintext-only";
  // Arrow keys lead in, as into any text. Tab goes from cell to cell, and whoever tabs through the page would not come out at the other end.
  field.tabIndex = -1;
  field.setAttribute("role", "textbox");
  field.setAttribute("aria-readonly", String(isLocked));
  field.setAttribute("aria-label", say("table-cell", { row: String(row + 1), column: String(column + 1) }));
}

/** A cell shows its words as they read, and the one that is written in shows them as they are. */
function fill(field: HTMLElement, text: string): void {
  const isWritten = document.activeElement === field;
  if (!isWritten) {
    if (field.dataset["text"] !== text) showWords(text, field);
    field.dataset["text"] = text;
    return;
  }
  field.dataset["text"] = text;
  const now = field.textContent ?? "";
  // Spaces at the ends are only kept once words follow them.
  if (now.trim() === text) return;
  const selection = getSelection();
  const at = selection !== null && field.contains(selection.focusNode) ? selection.focusOffset : now.length;
  const change = difference(now, text);
  field.textContent = text;
  if (change === null) return;
  const moved = at <= change.from ? at : Math.max(change.from, at + change.insert.length - (change.to - change.from));
  selection?.collapse(field.firstChild ?? field, field.firstChild === null ? 0 : Math.min(moved, text.length));
}
