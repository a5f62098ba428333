// The program that reads Markdown (`web/prose`), and messages made of what it answers.

import initialize, { read as readPacked } from "inkling-tab/prose.js";
import program from "inkling-tab/prose_bg.wasm";
import { build, flat, type Look, make } from "./prose/build.ts";
import { Cursor, type Packed, unpack } from "./prose/unpack.ts";

/** Fetches the program; before that `read` does not work. */
export async function start(): Promise<void> {
  await initialize({ module_or_path: program });
}

/** What stands where in the text of a document. */
export function readDocument(source: string): Packed {
  return unpack(readPacked(source, true));
}

const message: Look = {
  // A message is no part of the page's outline.
  heading: () => {
    const inside = make("strong", "");
    return { ...flat(make("p", "", inside)), inside };
  },
  id: () => "",
  // What has no site says nothing in a message.
  address: (url) => url,
};

/** Shows a message in this place. */
export function showMessage(place: HTMLElement, source: string): void {
  const packed = unpack(readPacked(source, false));
  place.replaceChildren();
  build(new Cursor(packed), packed.numbers.length, message, place);
}
