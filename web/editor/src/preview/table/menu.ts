// The menu of a drawn table: for the row and the column of the cell that is written in. Where none is, the table can grow at its ends, and nothing
// of it is moved or taken away that nobody has pointed at.

import type { Splice } from "../../splice.ts";
import { say } from "../words.ts";
import type { TableHands } from "./hands.ts";
import type { Table } from "./model.ts";
import { addColumn, addRow, removeColumn, removeRow, swapColumns, swapRows } from "./shape.ts";

/** The row and the column of a cell. */
export type Cell = readonly [row: number, column: number];

interface Item {
  name: string;
  splices(table: Table, row: number, column: number): Splice[];
  /** The cell to be in afterwards, from the one before. */
  step: [row: number, column: number];
}

const ITEMS: readonly Item[] = [
  { name: "row-below", splices: (table, row) => addRow(table, row + 1), step: [1, 0] },
  { name: "row-above", splices: (table, row) => addRow(table, row), step: [0, 0] },
  { name: "row-up", splices: (table, row) => (row > 1 ? swapRows(table, row - 1) : []), step: [-1, 0] },
  { name: "row-down", splices: (table, row) => swapRows(table, row), step: [1, 0] },
  { name: "row-remove", splices: (table, row) => removeRow(table, row), step: [-1, 0] },
  { name: "column-after", splices: (table, _row, column) => addColumn(table, column + 1), step: [0, 1] },
  { name: "column-before", splices: (table, _row, column) => addColumn(table, column), step: [0, 0] },
  { name: "column-left", splices: (table, _row, column) => swapColumns(table, column - 1), step: [0, -1] },
  { name: "column-right", splices: (table, _row, column) => swapColumns(table, column), step: [0, 1] },
  { name: "column-remove", splices: (table, _row, column) => removeColumn(table, column), step: [0, -1] },
];

/** What can be done without a cell: then it is the last one. */
const GROWS = new Set(["row-below", "column-after"]);

/** Groups end after these. */
const ENDS = new Set(["row-remove", "column-remove"]);

const GAP_PX = 6;

/** What the menu offers for a cell, or without one. */
export function offered(table: Table, cell: Cell | null): string[] {
  const [row, column] = cell ?? lastOf(table);
  return ITEMS.filter(({ name, splices }) => (cell !== null || GROWS.has(name)) && splices(table, row, column).length > 0).map(({ name }) => name);
}

function lastOf(table: Table): Cell {
  return [table.rows.length - 1, table.align.length - 1];
}

export class TableMenu {
  readonly dom = document.createElement("div");
  private readonly list = document.createElement("div");
  private readonly opener = button("table-menu", "md-table-tool");
  /** The cell that the menu was opened for. */
  private cell: Cell | null = null;

  constructor(private readonly hands: TableHands) {
    const { dom, list, opener } = this;
    dom.className = "md-table-tools";
    const source = button("table-source", "md-table-tool");
    source.addEventListener("click", () => hands.editSource());
    opener.setAttribute("aria-haspopup", "true");
    opener.popoverTargetElement = list;
    // Some browsers would take the focus out of the cell and give it to nothing.
    opener.addEventListener("mousedown", (event) => event.preventDefault());
    list.popover = "auto";
    list.className = "menu";
    list.addEventListener("toggle", () => this.toggled());
    list.addEventListener("keydown", (event) => this.pressed(event));
    for (const item of ITEMS) {
      const choice = button(item.name, "menu-item");
      choice.addEventListener("click", () => this.choose(item));
      list.append(choice);
      if (ENDS.has(item.name) && item !== ITEMS.at(-1)) list.append(document.createElement("hr"));
    }
    dom.append(opener, source, list);
  }

  private toggled(): void {
    const { hands } = this;
    const isOpen = this.list.matches(":popover-open");
    if (isOpen) this.cell = hands.meant;
    if (this.cell !== null) hands.field(...this.cell)?.toggleAttribute("data-meant", isOpen);
    if (!isOpen) return;
    const at = this.opener.getBoundingClientRect();
    const size = this.list.getBoundingClientRect();
    const below = at.bottom + GAP_PX;
    const top = below + size.height <= innerHeight ? below : Math.max(GAP_PX, at.top - GAP_PX - size.height);
    const left = Math.min(Math.max(GAP_PX, at.right - size.width), innerWidth - size.width - GAP_PX);
    Object.assign(this.list.style, { left: `${left}px`, top: `${top}px` });
    const names = offered(hands.table, this.cell);
    const choices = this.choices();
    ITEMS.forEach(({ name }, index) => (choices[index]!.disabled = !names.includes(name)));
    choices.find((choice) => !choice.disabled)?.focus();
  }

  private choices(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll("button")];
  }

  private pressed(event: KeyboardEvent): void {
    const choices = this.choices().filter((choice) => !choice.disabled);
    const now = choices.findIndex((choice) => choice === document.activeElement);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    choices.at(next % choices.length)?.focus();
    event.preventDefault();
  }

  private choose(item: Item): void {
    const { hands } = this;
    const [row, column] = this.cell ?? lastOf(hands.table);
    hands.change(item.splices(hands.table, row, column));
    this.list.hidePopover();
    const clamp = (at: number, count: number) => Math.min(Math.max(at, 0), count - 1);
    hands.enter(clamp(row + item.step[0], hands.table.rows.length), clamp(column + item.step[1], hands.table.align.length));
  }
}

function button(name: string, className: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = say(name);
  return made;
}
