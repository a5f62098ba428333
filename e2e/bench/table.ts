// How figures are printed: one row for each who was measured, and below them how ours compares in the same run.
import type { Contender } from "./contenders.ts";

/** Values that are measured several times count by their middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which a share of the values lies, in percent. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? NaN;
}

const RATIOS: readonly [Contender, Contender][] = [
  ["ours", "bare"],
  ["ours", "stock"],
  ["source", "stock"],
];

/** Prints figures by name of the column, lower is better in all of them. */
export function print(title: string, columns: readonly string[], figures: ReadonlyMap<Contender, readonly number[]>): void {
  const line = (name: string, cells: readonly string[]) => console.log(`  ${name.padEnd(20)}${cells.map((cell) => cell.padStart(12)).join("")}`);
  const numbers = (values: readonly number[]) => values.map((value) => (Number.isNaN(value) ? "-" : value.toFixed(value < 1000 ? 2 : 0)));
  line(title, columns);
  for (const [contender, values] of figures) line(contender, numbers(values));
  for (const [one, other] of RATIOS) {
    const [mine, theirs] = [figures.get(one), figures.get(other)];
    if (mine !== undefined && theirs !== undefined) line(`${one} / ${other}`, numbers(mine.map((value, at) => value / (theirs[at] ?? NaN))));
  }
}
