// A heading by the name that a link gives it. Names are made by what reads Markdown, and nobody else.

import { EditorView } from "@codemirror/view";
import { Cursor, Kind, type Packed } from "../prose/unpack.ts";

/** A heading that is gone to stands this far below the edge, pixels. */
const MARGIN_PX = 16;

/** Puts the caret to the heading of that name; nowhere when there is none. */
export async function goToNamed(view: EditorView, name: string): Promise<void> {
  const { readDocument, start } = await import("../prose.ts");
  await start();
  const { doc } = view.state;
  const place = placeOf(readDocument(doc.toString()), name);
  if (place === null || view.state.doc !== doc) return;
  const line = doc.lineAt(Math.min(place, doc.length));
  view.focus();
  view.dispatch({ selection: { anchor: line.to }, effects: EditorView.scrollIntoView(line.from, { y: "start", yMargin: MARGIN_PX }) });
}

/** Where the heading of that name begins in the source, UTF-16 units. */
export function placeOf(packed: Packed, name: string): number | null {
  const cursor = new Cursor(packed);
  let place = 0;
  while (cursor.next()) {
    if (cursor.kind === Kind.At) place = cursor.numbers[0] ?? place;
    else if (cursor.kind === Kind.Heading && cursor.text() === name) return place;
  }
  return null;
}
