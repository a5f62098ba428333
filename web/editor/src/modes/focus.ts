// Focus: what one writes in stands out, and everything else steps back. Others' carets are drawn over the text and stay as they are.

import { type EditorState, type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { choose, chosen } from "../choices.ts";
import type { Around } from "../modes.ts";
import { type Range, type Unit, unitAround } from "./unit.ts";

const here = Decoration.line({ class: "focus-here" });
const beside = Decoration.mark({ class: "focus-beside" });

/** Dims all but the unit that the caret is in. Esc leaves, wherever the focus is. */
export function focusMode(unit: Unit, { isComposing }: Around): Extension {
  return [
    EditorView.editorAttributes.of({ class: "is-focus" }),
    looks,
    ViewPlugin.fromClass(
      class {
        decorations: DecorationSet;
        /** What they are of was not worked out again under a composition. */
        isStale = false;

        constructor(view: EditorView) {
          this.decorations = decorationsOf(view.state, unit);
          window.addEventListener("keydown", leaveByEscape);
        }

        update(update: ViewUpdate): void {
          this.isStale ||= update.docChanged || update.selectionSet;
          if (isComposing()) {
            this.decorations = this.decorations.map(update.changes);
          } else if (this.isStale) {
            this.decorations = decorationsOf(update.state, unit);
            this.isStale = false;
          }
        }

        destroy(): void {
          window.removeEventListener("keydown", leaveByEscape);
        }
      },
      { decorations: (plugin) => plugin.decorations },
    ),
  ];
}

/** Quieter than all text is otherwise, and still 4.5 : 1 on its paper. What is drawn of others lies in layers of its own. */
const QUIET = { color: "light-dark(oklch(0.51 0.018 268), oklch(0.65 0.012 268)) !important" };

const looks = EditorView.theme({
  "&.is-focus .cm-content > :not(.focus-here, :focus-within), &.is-focus .cm-content > :not(.focus-here, :focus-within) *": QUIET,
  "&.is-focus .focus-beside, &.is-focus .focus-beside *": QUIET,
  "&.is-focus .cm-content > :not(.focus-here) img": { opacity: "0.5" },
});

/** The lines of the paragraph, and in them what does not belong to the sentence. */
function decorationsOf(state: EditorState, unit: Unit): DecorationSet {
  const { paragraph, within } = unitAround(state, state.selection.main.head, unit);
  const builder = new RangeSetBuilder<Decoration>();
  for (let at = paragraph.from; at <= paragraph.to; ) {
    const line = state.doc.lineAt(at);
    builder.add(line.from, line.from, here);
    for (const { from, to } of without(within, line)) builder.add(from, to, beside);
    at = line.to + 1;
  }
  return builder.finish();
}

/** What is left of a line without a part. */
function without(part: Range, line: Range): Range[] {
  const before = { from: line.from, to: Math.min(part.from, line.to) };
  const after = { from: Math.max(part.to, line.from), to: line.to };
  return [before, after].filter(({ from, to }) => from < to);
}

function leaveByEscape(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  // What stands above the text closes alone, and in the text Vim's keys mean something else by it.
  const standsAbove = document.querySelector("dialog[open], :popover-open") !== null;
  const isVims = chosen("keys") === "vim" && event.target instanceof Element && event.target.closest(".cm-content") !== null;
  if (!standsAbove && !isVims) choose("focus", "off");
}
