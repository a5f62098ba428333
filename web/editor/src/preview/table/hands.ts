// What hands do to a drawn table: writing in cells, going from one to the next, and the menu.

import type { EditorView } from "@codemirror/view";
import type { Splice } from "../../splice.ts";
import { openLink } from "../links.ts";
import { tellFocus } from "../touch.ts";
import { type Cell, TableMenu } from "./menu.ts";
import { cellText, setCell, type Table } from "./model.ts";
import { addRow } from "./shape.ts";
import type { Surroundings } from "./widget.ts";
import { showWords } from "./words.ts";

export class TableHands {
  /** The cell that is written in, or was last. */
  row = 0;
  column = 0;
  /** While rows and columns come and go. */
  isPatched = false;
  private isIn = false;
  /** The focus is in that cell, or went from there to what else the table has. */
  private isMeant = false;
  /** Where somebody pressed last, pixels. */
  private pressedAt = { x: 0, y: 0 };
  private readonly menu: TableMenu;

  constructor(
    readonly view: EditorView,
    private readonly dom: HTMLElement,
    public table: Table,
    private readonly around: Surroundings,
  ) {
    dom.addEventListener("pointerdown", ({ clientX, clientY }) => (this.pressedAt = { x: clientX, y: clientY }), { capture: true });
    // No key comes before the hand that pressed has let go.
    dom.addEventListener("mouseup", () => this.keepCaret());
    dom.addEventListener("focusin", (event) => this.entered(event.target));
    dom.addEventListener("focusout", (event) => this.left(event));
    dom.addEventListener("input", (event) => this.written(event.target));
    dom.addEventListener("keydown", (event) => this.pressed(event));
    dom.addEventListener("click", (event) => void openLink(view, event));
    around.watch(dom);
    this.menu = new TableMenu(this);
    dom.append(this.menu.dom);
  }

  /** The table has become this one. */
  take(table: Table, isLocked: boolean): void {
    this.table = table;
    this.menu.dom.hidden = isLocked;
  }

  /** Whoever was in a cell that is gone goes on in the one that is nearest. */
  keepFocus(): void {
    if (!this.isIn || this.dom.contains(document.activeElement)) return;
    const { rows, align } = this.table;
    // The editor is in the middle of drawing.
    setTimeout(() => {
      if (document.activeElement === document.body) this.enter(Math.min(this.row, rows.length - 1), Math.min(this.column, align.length - 1));
    });
  }

  /** Whoever was in a table that is gone goes on in the text. */
  keepFocusIfGone(): void {
    if (!this.isIn) return;
    setTimeout(() => {
      if (!this.dom.isConnected && document.activeElement === document.body) this.view.focus();
    });
  }

  /** Where the table begins in the text. */
  get at(): number {
    return this.view.posAtDOM(this.dom);
  }

  /** Changes the table's text. */
  change(splices: readonly Splice[], userEvent = "input.table"): void {
    const { at, view } = this;
    if (splices.length === 0 || view.state.readOnly) return;
    view.dispatch({ changes: splices.map(({ from, to, insert }) => ({ from: at + from, to: at + to, insert })), userEvent });
  }

  /** The cell that the menu is for; none when the caret is elsewhere in the text. */
  get meant(): Cell | null {
    return this.isMeant ? [this.row, this.column] : null;
  }

  /** Puts the caret at an end of a cell's words. */
  enter(row: number, column: number, end: "start" | "end" = "end"): void {
    const field = this.field(row, column);
    if (field === undefined) return;
    field.focus();
    const range = document.createRange();
    range.selectNodeContents(field);
    range.collapse(end === "start");
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
  }

  /** Shows the table as it is written. */
  editSource(): void {
    this.leaveTo(this.at);
  }

  /** The element of a cell's words. */
  field(row: number, column: number): HTMLElement | undefined {
    const found = this.dom.querySelector("table")?.rows[row]?.cells[column]?.firstElementChild;
    return found instanceof HTMLElement ? found : undefined;
  }

  /** Where one goes on below the table: not on the line right behind it, where words would be one more row. */
  private get below(): number {
    const { doc } = this.view.state;
    const isBlank = (number: number) => /^[\s>]*$/.test(doc.line(number).text);
    const last = doc.lineAt(this.at + this.table.text.length).number;
    const next = last + 2 <= doc.lines && isBlank(last + 1) ? last + 2 : Math.min(last + 1, doc.lines);
    return isBlank(next) ? doc.line(next).to : doc.line(next).from;
  }

  private leaveTo(at: number): void {
    const { view } = this;
    view.dispatch({ selection: { anchor: Math.max(0, Math.min(at, view.state.doc.length)) }, scrollIntoView: true });
    view.focus();
  }

  private entered(target: EventTarget | null): void {
    const place = placeOf(target);
    if (place === null) return;
    this.isIn = this.isMeant = true;
    [this.row, this.column] = [place.row, place.column];
    const text = cellText(this.table, place.row, place.column);
    if (place.field.textContent !== text || place.field.childElementCount > 0) place.field.textContent = text;
    this.tell(place.field);
  }

  /** Browsers put the caret into the words that were pressed, which are not there any more: what is typed then would go nowhere. */
  private keepCaret(): void {
    const field = this.field(this.row, this.column);
    const selection = getSelection();
    if (field === undefined || document.activeElement !== field || selection === null || field.contains(selection.focusNode)) return;
    const { x, y } = this.pressedAt;
    const caret = document.caretPositionFromPoint?.(x, y);
    if (caret && field.contains(caret.offsetNode)) selection.collapse(caret.offsetNode, caret.offset);
    else {
      selection.selectAllChildren(field);
      selection.collapseToEnd();
    }
    this.tell(field);
  }

  private left(event: FocusEvent): void {
    // A cell that is taken away has not been left by anybody; some browsers say so all the same.
    if (this.isPatched) return;
    this.keepFocusIfGone();
    this.isIn = false;
    const place = placeOf(event.target);
    if (place !== null) {
      const text = cellText(this.table, place.row, place.column);
      showWords(text, place.field);
      place.field.dataset["text"] = text;
    }
    const next = event.relatedTarget;
    this.isMeant &&= next instanceof Node && this.dom.contains(next);
    if (!(next instanceof Node && this.view.contentDOM.contains(next))) this.around.left();
  }

  private written(target: EventTarget | null): void {
    const place = placeOf(target);
    if (place === null) return;
    const change = setCell(this.table, place.row, place.column, (place.field.textContent ?? "").trim());
    if (change !== null) this.change([change], "input.field");
    this.tell(place.field);
  }

  /** Others see the caret in the cell. */
  private tell(field: HTMLElement): void {
    const cell = this.table.rows[this.row]?.cells[this.column];
    if (cell === undefined) return;
    const selection = getSelection();
    const within = selection !== null && field.contains(selection.focusNode) ? selection.focusOffset : 0;
    // The editor hears a moment later that it has lost the focus, and would take the table for one that is written in as it is.
    this.view.dispatch({ selection: { anchor: Math.min(this.at + cell.from + within, this.at + cell.to) }, effects: tellFocus(false) });
  }

  private pressed(event: KeyboardEvent): void {
    const place = placeOf(event.target);
    if (place === null || event.isComposing) return;
    const { row, column } = place;
    const [rows, columns] = [this.table.rows.length, this.table.align.length];
    const go = (to: number, end: "start" | "end" = "end"): void => {
      if (to < 0) this.leaveTo(this.at - 1);
      else if (to >= rows * columns) this.leaveTo(this.below);
      else this.enter(Math.floor(to / columns), to % columns, end);
    };
    const here = row * columns + column;
    const isMod = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (isMod && (key === "z" || key === "y")) {
      if (key === "y" || event.shiftKey) this.around.redo();
      else this.around.undo();
    } else if (key === "Tab") {
      if (!event.shiftKey && here + 1 === rows * columns && !this.view.state.readOnly) this.change(addRow(this.table, rows));
      if (event.shiftKey && here === 0) return;
      if (!event.shiftKey && here + 1 === rows * columns && this.table.rows.length === rows) return;
      this.goAfterChange(here + (event.shiftKey ? -1 : 1));
    } else if (key === "Enter") go(here + columns);
    else if (key === "Escape") this.leaveTo(this.below);
    else if (key === "ArrowDown") go(here + columns);
    else if (key === "ArrowUp") go(here - columns);
    else if (key === "ArrowLeft" && atEdge(place.field, "start")) go(here - 1);
    else if (key === "ArrowRight" && atEdge(place.field, "end")) go(here + 1, "start");
    else return;
    event.preventDefault();
  }

  private goAfterChange(to: number): void {
    const columns = this.table.align.length;
    this.enter(Math.floor(to / columns), to % columns);
  }
}

interface Place {
  field: HTMLElement;
  row: number;
  column: number;
}

function placeOf(target: EventTarget | null): Place | null {
  if (!(target instanceof HTMLElement) || !target.classList.contains("md-cell")) return null;
  const cell = target.parentElement as HTMLTableCellElement;
  return { field: target, row: (cell.parentElement as HTMLTableRowElement).rowIndex, column: cell.cellIndex };
}

function atEdge(field: HTMLElement, edge: "start" | "end"): boolean {
  const selection = getSelection();
  if (selection === null || !selection.isCollapsed || !field.contains(selection.focusNode)) return false;
  const offset = selection.focusNode === field ? (selection.focusOffset === 0 ? 0 : (field.textContent ?? "").length) : selection.focusOffset;
  return offset === (edge === "start" ? 0 : (field.textContent ?? "").length);
}
