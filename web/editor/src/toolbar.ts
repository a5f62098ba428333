// The bar of formats: above the text, and on a phone above its keyboard. Not there when the text can only be read, or when it was hidden.

import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, type Panel, showPanel } from "@codemirror/view";
import { Bar } from "./toolbar/bar.ts";
import type { Deeds } from "./toolbar/items.ts";
import { aboveKeyboard } from "./toolbar/keyboard.ts";

/** Where this browser keeps that it is hidden. */
const KEY = "inkling.format-bar";

/** Where there is a keyboard on the screen, the bar is beside it. */
const ON_SCREEN_KEYBOARD = "(pointer: coarse) and (max-width: 1099px)";

const setHidden = StateEffect.define<boolean>();

const hidden = StateField.define<boolean>({
  create: () => kept() === "hidden",
  update: (value, { effects }) => effects.reduce((last, effect) => (effect.is(setHidden) ? effect.value : last), value),
});

const bars = new WeakMap<EditorView, Bar>();

/** The bar. */
export function toolbar(deeds: Omit<Deeds, "hide">): Extension {
  return [
    hidden,
    showPanel.compute([hidden, EditorState.readOnly], (state) => {
      return state.field(hidden) || state.readOnly ? null : (view) => panel(view, { ...deeds, hide });
    }),
    aboveKeyboard(),
  ];
}

function panel(view: EditorView, deeds: Deeds): Panel {
  const bar = new Bar(view, deeds);
  bars.set(view, bar);
  return {
    dom: bar.element,
    top: !matchMedia(ON_SCREEN_KEYBOARD).matches,
    update: (update) => {
      if (update.docChanged || update.selectionSet) bar.tell();
    },
    destroy: () => {
      bars.delete(view);
      bar.destroy();
    },
  };
}

/** False where there is none. */
export function focusBar(view: EditorView): boolean {
  bars.get(view)?.focus();
  return bars.has(view);
}

/** Shows or hides it. */
export function toggleBar(view: EditorView): void {
  show(view, view.state.field(hidden));
}

function hide(view: EditorView): void {
  show(view, false);
}

function show(view: EditorView, isShown: boolean): void {
  view.dispatch({ effects: setHidden.of(!isShown) });
  try {
    if (isShown) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "hidden");
  } catch {
    // Storage can be switched off or full; then the choice ends with the page.
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
