import type { Input } from "@lezer/common";

/** A text by lines that counts how much of it is read. */
export function counting(text: string): Input & { units: number } {
  return {
    units: 0,
    length: text.length,
    lineChunks: false,
    chunk(from) {
      const end = text.indexOf("\n", from);
      const piece = text.slice(from, end < 0 ? text.length : end + 1);
      this.units += piece.length;
      return piece;
    },
    read(from, to) {
      this.units += to - from;
      return text.slice(from, to);
    },
  };
}
