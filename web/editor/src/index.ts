// What the tab's program imports. CodeMirror itself is a chunk of its own that only document pages load, and so is what reads Markdown.

import { takeDrops } from "./drop.ts";
import { loadSheet } from "./sheet.ts";

export { countFiles, destroyDevice, download, openDevice } from "./device.ts";
export { command, endTab, setPlaces, startTab } from "./tab.ts";
export { nextAsk, Place, takePlace } from "./places.ts";
export { askRelease, takeRelease, watchRelease } from "./release.ts";

/** Loads the editor; the promise is of the module `editor.ts`. */
export async function loadEditor(): Promise<typeof import("./editor.ts")> {
  const [editor] = await Promise.all([import("./editor.ts"), loadSheet("editor")]);
  return editor;
}

/** Loads what shows work that the server does not have; the promise is of the module `tray.ts`. */
export function loadTray(): Promise<typeof import("./tray.ts")> {
  return import("./tray.ts");
}

/** Opens what takes the documents of a room in (`import`) or out (`export`). */
export function openTransfer(way: "import" | "export", room: string, name: string): void {
  void import("./transfer.ts").then(({ open }) => open(way, room, name));
}

takeDrops((room, name, dropped) => void import("./transfer.ts").then(({ open }) => open("import", room, name, dropped)));

/** Hands a document to the person as a page that needs nothing else. */
export function downloadPage(address: string): void {
  void import("./exported.ts").then((exported) => exported.downloadPage(address));
}

/** The page of the document that a text means by an address; none when there is none. */
export async function findLinked(documents: readonly string[], from: string, address: string): Promise<string | undefined> {
  const { meant } = await import("./linked.ts");
  const id = meant(documents, from, address);
  return id === undefined ? undefined : `/documents/${id}${location.hash}`;
}

/** Loads what fills a place by itself: the pages for administrators, and the reader's choices. */
export async function loadPart(name: string): Promise<{ show(place: HTMLElement): void }> {
  const isLooks = name === "looks";
  const part = isLooks ? import("./looks.ts") : name === "doctor" ? import("./doctor.ts") : import("./accounts.ts");
  const [shown] = await Promise.all([part, loadSheet(isLooks ? "looks" : "administration")]);
  return shown;
}

/** Loads and starts the program that reads Markdown; the promise is of the module `prose.ts`. */
export async function loadProse(): Promise<typeof import("./prose.ts")> {
  const prose = await import("./prose.ts");
  await prose.start();
  return prose;
}
