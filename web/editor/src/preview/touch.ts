// Where somebody writes, the marks are seen. What is written at is what holds an end of the person's own selection, while the text has the
// focus and may be changed; all else is shown as it reads, also what lies in the middle of a selection.

import { type EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

const focusTold = StateEffect.define<boolean>();

const focused = StateField.define<boolean>({
  create: () => false,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(focusTold)) value = effect.value;
    return value;
  },
});

/** Keeps whether the text has the focus in its state. */
export function focusKnown(): Extension {
  return [focused, EditorView.focusChangeEffect.of((_state, focusing) => focusTold.of(focusing))];
}

/** The effect of the text getting or losing the focus. */
export function tellFocus(isFocused: boolean): StateEffect<boolean> {
  return focusTold.of(isFocused);
}

/** Whether the text itself has the focus, and not a field within it. */
export function isFocused(state: EditorState): boolean {
  return state.field(focused, false) === true;
}

/** Answers whether the person writes within a stretch of text, or at its edges. */
export type Touches = (from: number, to: number) => boolean;

export function touches(state: EditorState): Touches {
  if (state.readOnly || !isFocused(state)) return () => false;
  const ends = state.selection.ranges.flatMap(({ anchor, head }) => [anchor, head]);
  return (from, to) => ends.some((end) => from <= end && end <= to);
}

/** Whether what is touched may be something else than before. */
export function touchChanged(before: EditorState, after: EditorState): boolean {
  return (
    before.selection !== after.selection ||
    before.readOnly !== after.readOnly ||
    isFocused(before) !== isFocused(after)
  );
}
