// What is drawn within a line may be wider than its source was, and the line as high as before: CodeMirror does not notice. Carets behind it are laid anew.

import { Compartment, type Extension, StateEffect } from "@codemirror/state";
import { drawSelection, type EditorView } from "@codemirror/view";

/** Something within the text has another size. */
export const laidAnew = StateEffect.define<null>();

const drawn = new Compartment();

/** The person's own caret and selection. */
export function ownCaret(): Extension {
  return drawn.of(drawSelection({}));
}

const due = new WeakSet<EditorView>();

/** Has all that stands at places of the text laid anew, once a frame. */
export function layAnew(view: EditorView): void {
  if (due.has(view)) return;
  due.add(view);
  requestAnimationFrame(() => {
    due.delete(view);
    view.requestMeasure();
    // CodeMirror lays its caret anew when a selection is set, which closes menus, or when it is told anew how to draw one.
    view.dispatch({ effects: [laidAnew.of(null), drawn.reconfigure(drawSelection({}))] });
  });
}
