// What the tab's program imports. CodeMirror itself is a chunk of its own that only document pages load.

/** Loads the editor; the promise is of the module `editor.ts`. */
export function loadEditor(): Promise<typeof import("./editor.ts")> {
  return import("./editor.ts");
}
