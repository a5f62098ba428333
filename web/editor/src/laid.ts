// What is drawn within a line may be wider than its source was, and the line as high as before: CodeMirror does not notice. Carets behind it are laid anew.

import { StateEffect } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

/** Something within the text has another size. */
export const laidAnew = StateEffect.define<null>();

const due = new WeakSet<EditorView>();

/** Has all that stands at places of the text laid anew, once a frame. */
export function layAnew(view: EditorView): void {
  if (due.has(view)) return;
  due.add(view);
  requestAnimationFrame(() => {
    due.delete(view);
    view.requestMeasure();
    // CodeMirror lays its own caret anew when a selection is set. Nobody's composition is disturbed.
    view.dispatch({ effects: laidAnew.of(null), ...(view.composing ? {} : { selection: view.state.selection }) });
  });
}
