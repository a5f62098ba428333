import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { markdownLanguage } from "../src/markdown.ts";
import { offered } from "../src/preview/table/menu.ts";
import { cellText, readTable, setCell, type Table } from "../src/preview/table/model.ts";
import { addColumn, addRow, removeColumn, removeRow, swapColumns, swapRows } from "../src/preview/table/shape.ts";
import type { Splice } from "../src/splice.ts";

/** Small numbers that look drawn, the same in every run. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = ["", "", "a", "two words", "**bold**", "`x`", "\\|", "a \\| b", "𝄞𝄞", "ü", "-", ":-:", "\\\\", "[l](u)"];
const DASHES = ["---", ":--", "--:", ":-:", "-"];

function drawnTable(draw: (below: number) => number): string {
  const columns = 1 + draw(4);
  // One column without bars is a heading.
  const [open, close] = columns === 1 ? ["|", "|"] : [["|", ""][draw(2)]!, ["|", ""][draw(2)]!];
  const space = () => " ".repeat(draw(3));
  const row = (cells: string[]) => {
    const line = open + cells.map((cell) => space() + cell + space()).join("|") + close;
    // Words at open ends, or the row would be another one.
    return open === "" || close === "" ? line.replace(/^\s*(?=\||$)/, "x").replace(/\|\s*$/, close === "" ? "|x" : "|") : line;
  };
  const cells = (count: number) => Array.from({ length: count }, () => WORDS[draw(WORDS.length)]!);
  const body = Array.from({ length: draw(4) }, () => row(cells(Math.max(1, columns - draw(2) * draw(2)))));
  return [row(cells(columns).map((cell) => cell || "h")), open + Array.from({ length: columns }, () => space() + DASHES[draw(DASHES.length)] + space()).join("|") + close, ...body].join("\n");
}

function apply(text: string, splices: readonly Splice[]): string {
  let [result, at] = ["", 0];
  for (const { from, to, insert } of splices) {
    assert.ok(from >= at && to >= from && to <= text.length, "changes ascend, and stay within the text");
    result += text.slice(at, from) + insert;
    at = to;
  }
  return result + text.slice(at);
}

function grid(table: Table): string[][] {
  return table.rows.map((_, row) => table.align.map((_, column) => cellText(table, row, column)));
}

function read(text: string): Table {
  const table = readTable(text);
  assert.ok(table !== null, `not a table: ${JSON.stringify(text)}`);
  return table;
}

/** What the editor's parser says of it. */
function isTable(text: string): boolean {
  const state = EditorState.create({ doc: text, extensions: markdownLanguage() });
  let found = false;
  ensureSyntaxTree(state, text.length, 5_000)?.iterate({ enter: (node) => void (found ||= node.name === "Table" && text.slice(0, node.from).trim() === "" && text.slice(node.to).trim() === "") });
  return found;
}

test("what is written in a cell changes that cell, and not one character beside it", () => {
  let count = 0;
  for (let seed = 1; seed <= 3_000; seed++) {
    const draw = draws(seed);
    const text = drawnTable(draw);
    const table = readTable(text);
    if (table === null) continue;
    const row = draw(table.rows.length);
    const column = draw(table.align.length);
    const words = [...WORDS, "x|y", "back\\"][draw(WORDS.length + 2)]!.replaceAll("\\|", "|").trim();
    const change = setCell(table, row, column, words);
    const cell = table.rows[row]?.cells[column];
    const expected = grid(table);
    if (change === null) {
      assert.equal(cellText(table, row, column), words);
      continue;
    }
    if (cell !== undefined) assert.ok(change.from >= cell.outerFrom && change.to <= cell.outerTo, `seed ${seed}: outside of the cell`);
    const after = apply(text, [change]);
    expected[row]![column] = words;
    assert.deepEqual(grid(read(after)), expected, `seed ${seed}: ${JSON.stringify([text, row, column, words, after])}`);
    count += 1;
  }
  assert.ok(count > 1_500, `${count} cells were changed only`);
});

test("rows and columns are added, moved and taken away, and all other words stay", () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const draw = draws(seed);
    const text = drawnTable(draw);
    const table = readTable(text);
    if (table === null || !isTable(text)) continue;
    const [rows, columns] = [table.rows.length, table.align.length];
    const at = draw(rows + 1);
    const side = draw(columns + 1);
    const check = (name: string, splices: Splice[], change: (cells: string[][]) => void) => {
      const expected = grid(table);
      if (splices.length > 0) change(expected);
      const after = apply(text, splices);
      assert.deepEqual(grid(read(after)), expected, `seed ${seed}, ${name}: ${JSON.stringify([text, after])}`);
      assert.ok(isTable(after), `seed ${seed}, ${name}: ${JSON.stringify(after)} is no table any more`);
    };
    const empty = () => Array.from({ length: columns }, () => "");
    check("add a row", addRow(table, at), (cells) => cells.splice(Math.max(1, at), 0, empty()));
    check("remove a row", removeRow(table, at), (cells) => cells.splice(at, 1));
    check("move a row", swapRows(table, at), (cells) => cells.splice(at, 2, cells[at + 1]!, cells[at]!));
    check("add a column", addColumn(table, side), (cells) => cells.forEach((row) => row.splice(side, 0, "")));
    check("remove a column", removeColumn(table, side), (cells) => cells.forEach((row) => row.splice(side, 1)));
    check("move a column", swapColumns(table, side), (cells) => cells.forEach((row) => row.splice(side, 2, row[side + 1]!, row[side]!)));
  }
});

test("without a cell that is meant nothing of a table is moved or taken away", () => {
  const table = read("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |");
  assert.deepEqual(offered(table, null), ["row-below", "column-after"]);
  assert.ok(offered(table, [1, 0]).includes("row-remove"));
  assert.ok(!offered(table, [0, 0]).includes("row-remove"), "a table keeps its head");
});
