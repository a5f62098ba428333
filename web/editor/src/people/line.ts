// The line that one writes in stays where it is on the screen, whatever others write above it, also in what is in view. Who writes nowhere reads, and
// for them the first line in view stays (`steady.ts`).

import type { ChangeSet } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

/** Shows changes by `dispatch`, and scrolls by as much as they move that line. */
export function holdingLine(view: EditorView, changes: ChangeSet, dispatch: () => void): void {
  const line = lineOf(view);
  // What begins below what is drawn moves nothing.
  if (line === null || firstOf(changes) > view.viewport.to) return dispatch();
  const before = line();
  dispatch();
  const after = line();
  const { top, bottom } = view.scrollDOM.getBoundingClientRect();
  if (before === null || after === null || before < top || before > bottom) return;
  if (Math.abs(after - before) >= 1) view.scrollDOM.scrollTop += after - before;
}

/** How far down the window the line is that the person writes in: the text's, or a field's within it. None while they write in none. */
function lineOf(view: EditorView): (() => number | null) | null {
  const { activeElement } = document;
  if (activeElement === view.contentDOM) return () => view.coordsAtPos(view.state.selection.main.head)?.top ?? null;
  if (activeElement === null || !view.contentDOM.contains(activeElement)) return null;
  return () => (activeElement.isConnected ? activeElement.getBoundingClientRect().top : null);
}

function firstOf(changes: ChangeSet): number {
  let first = Number.POSITIVE_INFINITY;
  changes.iterChangedRanges((from) => (first = Math.min(first, from)));
  return first;
}
