// A table's text, taken apart into cells with their places, and the changes that make another table of it. Every change is as small as it can
// be, so that two people can write in two cells, and one can add a row while the other writes.

import { difference, type Splice } from "../../splice.ts";

export type Align = "start" | "center" | "end" | null;

/** Where what is in a cell stands, from the start of the table's text; `from` and `to` are without the spaces around. */
export interface Cell {
  from: number;
  to: number;
  /** The whole stretch between two bars. */
  outerFrom: number;
  outerTo: number;
}

export interface Row {
  from: number;
  to: number;
  cells: Cell[];
}

export interface Table {
  text: string;
  /** The head is the first; the line of dashes is none of them. */
  rows: Row[];
  delimiter: Row;
  align: Align[];
}

const BAR = 124;
const BACKSLASH = 92;

/** Takes a table's text apart; none when it is not one. */
export function readTable(text: string): Table | null {
  const rows: Row[] = [];
  let from = 0;
  for (const line of text.split("\n")) {
    rows.push(readRow(line, from));
    from += line.length + 1;
  }
  const [head, delimiter] = rows;
  if (head === undefined || delimiter === undefined) return null;
  const align = delimiter.cells.map((cell) => readAlign(text.slice(cell.from, cell.to)));
  if (align.length !== head.cells.length || align.some((one) => one === undefined)) return null;
  return { text, rows: rows.filter((row) => row !== delimiter), delimiter, align: align as Align[] };
}

function readAlign(dashes: string): Align | undefined {
  const found = /^(:?)-+(:?)$/.exec(dashes);
  if (found === null) return undefined;
  if (found[1] && found[2]) return "center";
  return found[2] ? "end" : found[1] ? "start" : null;
}

function readRow(line: string, at: number): Row {
  const bars: number[] = [];
  for (let i = 0; i < line.length; i++) {
    if (line.charCodeAt(i) === BACKSLASH) i++;
    else if (line.charCodeAt(i) === BAR) bars.push(i);
  }
  const edges = [...bars];
  // Bars at the ends of the line may be left out.
  if (bars.length === 0 || line.slice(0, bars[0]).trim() !== "") edges.unshift(-1);
  if (bars.length === 0 || line.slice(bars.at(-1)! + 1).trim() !== "") edges.push(line.length);
  const cells: Cell[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const [outerFrom, outerTo] = [edges[i]! + 1, edges[i + 1]!];
    const outer = line.slice(outerFrom, outerTo);
    const words = outer.trim();
    const from = words === "" ? outerFrom + Math.min(1, outer.length) : outerFrom + outer.indexOf(words);
    cells.push({ from: at + from, to: at + from + words.length, outerFrom: at + outerFrom, outerTo: at + outerTo });
  }
  return { from: at, to: at + line.length, cells };
}

/** What a cell says, as it is written in a field: bars are themselves there. */
export function cellText(table: Table, row: number, column: number): string {
  const cell = table.rows[row]?.cells[column];
  return cell === undefined ? "" : unescaped(table.text.slice(cell.from, cell.to));
}

/** A part of what a cell says, by its place in that. */
export interface Stretch {
  row: number;
  column: number;
  from: number;
  to: number;
}

/** What cells say of a stretch of the table's text; nothing of the bars and spaces between them. */
export function stretches(table: Table, from: number, to: number): Stretch[] {
  const found: Stretch[] = [];
  table.rows.forEach((line, row) => {
    if (line.to <= from || line.from >= to) return;
    line.cells.forEach((cell, column) => {
      if (cell.to <= from || cell.from >= to) return;
      const within = (at: number) => unescaped(table.text.slice(cell.from, Math.min(at, cell.to))).length;
      found.push({ row, column, from: within(from), to: within(to) });
    });
  });
  return found;
}

function unescaped(text: string): string {
  return text.replaceAll("\\|", "|");
}

/** What is written in a field, as it stands in a cell. */
export function escaped(words: string): string {
  return words.replace(/[\n\r]+/g, " ").replace(/\\?\|/g, "\\|");
}

/** The change that makes a cell say something else; none when it does already. */
export function setCell(table: Table, row: number, column: number, words: string): Splice | null {
  const line = table.rows[row];
  if (line === undefined) return null;
  const cell = line.cells[column];
  const after = escaped(words);
  if (cell === undefined) {
    // The row is shorter than the head: the cells up to this one come into being.
    const missing = column - line.cells.length;
    const open = isOpen(line) ? " |" : "";
    return after === "" ? null : { from: line.to, to: line.to, insert: `${open}${"  |".repeat(missing)} ${after} |` };
  }
  const before = table.text.slice(cell.from, cell.to);
  if (before === after) return null;
  const whole = filled(line, column, after);
  if (before === "" || whole !== after) return { from: cell.from, to: cell.to, insert: whole };
  const change = difference(before, after);
  return change && { from: cell.from + change.from, to: cell.from + change.to, insert: change.insert };
}

/** At the start of a line without a bar, these would be the start of something else than a row. */
const BLOCK = /^(?:[-+*>#]|\d+[.)]|`{3}|~{3}|$)/;

/** Words as they have to stand in a cell of that row: with spaces where there are none, and with the bar of the line's end where it needs one. */
export function filled(row: Row, column: number, words: string): string {
  const cell = row.cells[column]!;
  const left = column === 0 && needsBar(row, words) ? "| " : words !== "" && cell.outerFrom === cell.from && cell.from === cell.to ? " " : "";
  const isLastOpen = column === row.cells.length - 1 && isOpen(row);
  // A backslash before a bar would make it a letter.
  const isTight = cell.outerTo === cell.to && (cell.from === cell.to || words.endsWith("\\"));
  return left + words + (words === "" && isLastOpen ? " |" : words !== "" && isTight ? " " : "");
}

/** Whether a row whose first words are these has to begin with a bar, and does not. */
export function needsBar(row: Row, words: string): boolean {
  return row.cells[0]?.outerFrom === row.from && BLOCK.test(words);
}

/** Whether a line ends without a bar. */
export function isOpen(row: Row): boolean {
  return row.cells.at(-1)?.outerTo === row.to;
}
