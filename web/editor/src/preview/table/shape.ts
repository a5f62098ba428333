// Rows and columns of a table added, moved and taken away: changes of its text, ascending.

import type { Splice } from "../../splice.ts";
import { filled, isOpen, needsBar, type Row, type Table } from "./model.ts";

/** A row without words before the row of that number; after the last one when there is none. The head stays the first. */
export function addRow(table: Table, before: number): Splice[] {
  const row = `|${"  |".repeat(table.align.length)}`;
  const at = before < 1 ? 1 : before;
  const next = table.rows[at];
  if (next !== undefined) return [{ from: next.from, to: next.from, insert: `${row}\n` }];
  return [{ from: table.text.length, to: table.text.length, insert: `\n${row}` }];
}

export function removeRow(table: Table, number: number): Splice[] {
  const row = table.rows[number];
  if (row === undefined || number < 1) return [];
  return [{ from: row.from - 1, to: row.to, insert: "" }];
}

/** Exchanges a row with the one after it. */
export function swapRows(table: Table, number: number): Splice[] {
  const [first, second] = [table.rows[number], table.rows[number + 1]];
  if (first === undefined || second === undefined || number < 1) return [];
  const text = (row: Row) => table.text.slice(row.from, row.to);
  // The upper one is written anew below the lower one, so that one of the two lines stays what it was.
  return [
    { from: first.from, to: first.to + 1, insert: "" },
    { from: second.to, to: second.to, insert: `\n${text(first)}` },
  ];
}

/** A column without words before the column of that number; after the last one when there is none. */
export function addColumn(table: Table, before: number): Splice[] {
  return lines(table).flatMap((row) => {
    const filled = row === table.delimiter ? " --- " : "  ";
    const next = row.cells[before];
    if (next !== undefined) {
      const isFirstWithoutBar = before === 0 && next.outerFrom === row.from;
      return [{ from: next.outerFrom, to: next.outerFrom, insert: isFirstWithoutBar ? `|${filled}|` : `${filled}|` }];
    }
    // A row that is short already has its missing cells at this end.
    if (row.cells.length < before) return [];
    return [{ from: row.to, to: row.to, insert: isOpen(row) ? ` |${filled}|` : `${filled}|` }];
  });
}

export function removeColumn(table: Table, number: number): Splice[] {
  if (table.align.length < 2) return [];
  return lines(table).flatMap((row) => {
    const cell = row.cells[number];
    if (cell === undefined) return [];
    const other = row.cells[1 - number];
    // A table of one column is only one with its bars.
    if (other !== undefined && row.cells.length === 2 && isOpen(row)) {
      return [{ from: row.from, to: row.to, insert: `| ${table.text.slice(other.from, other.to)} |` }];
    }
    const words = (column: number) => table.text.slice(row.cells[column]?.from, row.cells[column]?.to);
    // What is then at an end of the line may need the bar there.
    const keepsBar = number === 0 ? needsBar(row, words(1)) : isOpen(row) && number === row.cells.length - 1 && words(number - 1) === "";
    if (row.cells.length === 1) return [{ from: cell.from, to: cell.to, insert: filled(row, number, "") }];
    // Spaces at the start of a line could make it code.
    if (number === 0 && cell.outerFrom === row.from) return [{ from: row.from, to: keepsBar ? cell.outerTo : row.cells[1]!.from, insert: "" }];
    if (keepsBar) return [{ from: cell.from, to: cell.to, insert: "" }];
    // One bar goes with it: the one after it, or, where the line ends without one, the one before.
    const hasBarAfter = cell.outerTo < row.to;
    return [hasBarAfter ? { from: cell.outerFrom, to: cell.outerTo + 1, insert: "" } : { from: Math.max(row.from, cell.outerFrom - 1), to: cell.outerTo, insert: "" }];
  });
}

/** Exchanges a column with the one after it. */
export function swapColumns(table: Table, number: number): Splice[] {
  if (number < 0 || number + 1 >= table.align.length) return [];
  return lines(table).flatMap((row) => {
    const [first, second] = [row.cells[number], row.cells[number + 1]];
    if (first === undefined) return [];
    const text = (from: number, to: number) => table.text.slice(from, to);
    if (second === undefined) {
      // The cell that is missing is empty: the words change places with nothing.
      const words = text(first.from, first.to);
      return words === "" ? [] : [{ from: first.from, to: row.to, insert: `${number === 0 && needsBar(row, "") ? "| " : ""}| ${words} |` }];
    }
    const [left, right] = [text(first.from, first.to), text(second.from, second.to)];
    if (left === right) return [];
    return [
      { from: first.from, to: first.to, insert: filled(row, number, right) },
      { from: second.from, to: second.to, insert: filled(row, number + 1, left) },
    ];
  });
}

function lines(table: Table): Row[] {
  const [head, ...body] = table.rows;
  return head === undefined ? [] : [head, table.delimiter, ...body];
}
