// Which document of a room a text means by a name or a relative path, as it stands in the text.

import { decoded } from "./attach/named.ts";

/** Endings of texts, which titles lack. */
const ENDING = /(?<=.)\.(?:md|markdown|mdown|mkd|txt)$/is;

interface Placed {
  id: string;
  /** The titles that lead to it. */
  folder: readonly string[];
  path: string;
}

/** The id of the document that `from` means: as seen from its folder, then from the top of the room, then anywhere by the end of its path, as Obsidian
 * does, the nearest one first. Large and small letters are the same when nothing is written exactly like that. Documents are told by three: id, title,
 * and the id of the one above. */
export function meant(told: readonly string[], from: string, address: string): string | undefined {
  const path = decoded(address).replace(ENDING, "");
  const all = placed(told);
  const folder = all.find(({ id }) => id === from)?.folder ?? [];
  return found(all, folder, path, (text) => text) ?? found(all, folder, path, (text) => text.toLowerCase());
}

function found(all: readonly Placed[], folder: readonly string[], path: string, asCompared: (text: string) => string): string | undefined {
  const at = (wanted: string | null) => (wanted === null ? undefined : all.find((one) => asCompared(one.path) === asCompared(wanted)));
  const fromTop = seenFrom([], path);
  const direct = at(seenFrom(folder, path)) ?? at(fromTop);
  if (direct !== undefined || fromTop === null) return direct?.id;
  const end = `/${asCompared(fromTop)}`;
  const common = (one: Placed) => {
    const parts = one.folder.findIndex((title, index) => title !== folder[index]);
    return parts < 0 ? one.folder.length : parts;
  };
  // Sorting keeps the order of the list where several are as near.
  return all.filter((one) => asCompared(one.path).endsWith(end)).sort((a, b) => common(b) - common(a))[0]?.id;
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
  const known = new Map<string, { title: string; parent: string }>();
  for (let at = 0; at + 2 < told.length; at += 3) known.set(told[at]!, { title: told[at + 1]!, parent: told[at + 2]! });
  return [...known].map(([id, { title, parent }]) => {
    const folder: string[] = [];
    // A ring of parents ends where it began.
    for (let above = known.get(parent); above !== undefined && folder.length < known.size; above = known.get(above.parent)) folder.unshift(above.title);
    return { id, folder, path: [...folder, title].join("/") };
  });
}
