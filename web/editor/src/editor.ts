// The editor: CodeMirror as a mirror of the replica that the tab's program holds.

import { EditorView } from "@codemirror/view";

export function mount(parent: HTMLElement): EditorView {
  return new EditorView({ parent });
}
