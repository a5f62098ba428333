// The way to the list of headings, which is a chunk of its own.

import type { EditorView } from "@codemirror/view";

export function show(view: EditorView): void {
  import("./outline/list.ts").then(({ openOutline }) => openOutline(view)).catch(console.error);
}
