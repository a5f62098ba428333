// How well a name fits what was typed.

/** Lower fits better; none fits not at all. Typed words may be the beginning of the name, of its words, a part of it, or its letters in order. */
export function rank(query: string, name: string): number | null {
  const typed = query.trim().toLowerCase();
  const found = name.toLowerCase();
  if (typed === "" || found.startsWith(typed)) return 0;
  if (found.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(typed))) return 1;
  if (found.includes(typed)) return 2;
  let from = 0;
  for (const letter of typed.replace(/\s/gu, "")) {
    const at = found.indexOf(letter, from);
    if (at < 0) return null;
    from = at + letter.length;
  }
  return 3;
}
