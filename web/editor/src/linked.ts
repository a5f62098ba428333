// Which document of a room a text means by a name or a relative path, as it stands in the text.

import { decoded } from "./attach/named.ts";

/** Endings of texts, which titles lack. */
const ENDING = /(?<=.)\.(?:md|markdown|mdown|mkd|txt)$/is;

interface Placed {
  id: string;
  /** The titles that lead to it. */
  folder: readonly string[];
  /** What it and those that lead to it are called, from the top: the title of each, and before that what it was called. */
  levels: readonly (readonly string[])[];
}

/** How names are compared. */
interface Comparing {
  /** Whether names of before count. */
  former: boolean;
  /** Whether large and small letters are the same. */
  anyCase: boolean;
}

/** A title as it is beats one of before, and one written exactly like that beats one in other letters. */
const COMPARINGS: readonly Comparing[] = [
  { former: false, anyCase: false },
  { former: false, anyCase: true },
  { former: true, anyCase: false },
  { former: true, anyCase: true },
];

/** The id of the document that `from` means: as seen from its folder, then from the top of the room, then anywhere by the end of its path, as Obsidian
 * does, the nearest one first. Documents are told by four: id, the id of the one above, title, and the titles of before, a line each. */
export function meant(told: readonly string[], from: string, address: string): string | undefined {
  const path = decoded(address).replace(ENDING, "");
  const all = placed(told);
  const folder = all.find(({ id }) => id === from)?.folder ?? [];
  for (const comparing of COMPARINGS) {
    const id = found(all, folder, path, comparing);
    if (id !== undefined) return id;
  }
  return undefined;
}

function found(all: readonly Placed[], folder: readonly string[], path: string, comparing: Comparing): string | undefined {
  const led = (wanted: string | null, isWhole: boolean) => (wanted === null ? [] : all.filter(({ levels }) => leads(levels, wanted, isWhole, comparing)));
  const fromTop = seenFrom([], path);
  const direct = led(seenFrom(folder, path), true)[0] ?? led(fromTop, true)[0];
  if (direct !== undefined) return direct.id;
  const common = (one: Placed) => {
    const parts = one.folder.findIndex((title, index) => title !== folder[index]);
    return parts < 0 ? one.folder.length : parts;
  };
  // Sorting keeps the order of the list where several are as near.
  return led(fromTop, false).sort((a, b) => common(b) - common(a))[0]?.id;
}

/** Whether a path leads through these levels: all of them, or else the last ones. Titles may have slashes. */
function leads(levels: readonly (readonly string[])[], path: string, isWhole: boolean, comparing: Comparing): boolean {
  const above = levels.slice(0, -1);
  const names = comparing.former ? levels.at(-1) : levels.at(-1)?.slice(0, 1);
  const compared = (text: string) => (comparing.anyCase ? text.toLowerCase() : text);
  const rest = compared(path);
  return (names ?? []).map(compared).some((name) => {
    if (rest === name) return above.length === 0 || !isWhole;
    return rest.endsWith(`/${name}`) && leads(above, rest.slice(0, -name.length - 1), isWhole, comparing);
  });
}

/** Where a path leads from a folder; nowhere when it leads out of the room, or to a folder. */
function seenFrom(folder: readonly string[], path: string): string | null {
  if (/(?:^|\/)\.{0,2}$/.test(path)) return null;
  const parts = [...folder];
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "" && part !== ".") {
      parts.push(part);
    }
  }
  return parts.join("/");
}

function placed(told: readonly string[]): Placed[] {
  const known = new Map<string, { parent: string; names: string[] }>();
  for (let at = 0; at + 3 < told.length; at += 4) {
    const former = told[at + 3]!;
    known.set(told[at]!, { parent: told[at + 1]!, names: [told[at + 2]!, ...(former === "" ? [] : former.split("\n"))] });
  }
  return [...known].map(([id, { parent, names }]) => {
    const levels = [names];
    // A ring of parents ends where it began.
    for (let above = known.get(parent); above !== undefined && levels.length <= known.size; above = known.get(above.parent)) levels.unshift(above.names);
    return { id, folder: levels.slice(0, -1).map(([title]) => title!), levels };
  });
}
