// Tables of HTML as tables of Markdown. One of a single cell is a frame around something else.

import { blocksOf } from "./blocks.ts";
import { attribute, children, isText, nameOf, type Source } from "./source.ts";

export function tableOf(table: Source): string[] {
  const rows = rowsOf(table).map((row) => children(row).filter((cell) => /^T[DH]$/.test(nameOf(cell))));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const [first, ...others] = rows;
  if (first === undefined || columns === 0) return [];
  if (columns === 1 && rows.length === 1 && first[0] !== undefined) return blocksOf(first[0]);
  const line = (cells: readonly string[]) => `| ${Array.from({ length: columns }, (_, at) => cells[at] ?? "").join(" | ")} |`;
  return [[line(first.map(cellOf)), line(Array.from({ length: columns }, (_, at) => rule(first[at]))), ...others.map((row) => line(row.map(cellOf)))].join("\n")];
}

function rowsOf(node: Source): Source[] {
  return children(node).flatMap((child) => {
    if (isText(child)) return [];
    const name = nameOf(child);
    return name === "TR" ? [child] : /^T(?:HEAD|BODY|FOOT)$/.test(name) ? rowsOf(child) : [];
  });
}

/** On one line: breaks within a cell become blanks. */
function cellOf(cell: Source): string {
  return blocksOf(cell)
    .join(" ")
    .replace(/\\?\s*\n\s*/g, " ")
    .replace(/\|/g, "\\|")
    .trim();
}

function rule(cell: Source | undefined): string {
  const aligned = cell === undefined ? "" : (/text-align:\s*(\w+)/.exec(attribute(cell, "style"))?.[1] ?? attribute(cell, "align"));
  return aligned === "right" ? "--:" : aligned === "center" ? ":-:" : "---";
}
