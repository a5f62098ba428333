// How large a picture is to be drawn, where its text says so.

/** What an image is called, and how wide and high it is to be drawn where its text says so, as in `a tree|300` or `a tree|300x200`. */
export function sized(text: string): { words: string; size: (number | null)[] } {
  const found = /^([^]*?)\s*\|\s*(\d{1,4})(?:x(\d{1,4}))?\s*$/.exec(text);
  if (found === null) return { words: text, size: [null, null] };
  const number = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
  return { words: found[1]!, size: [number(found[2]), number(found[3])] };
}
