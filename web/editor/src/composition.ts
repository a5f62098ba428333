// While an input method composes, text of others waits: changing the text under a composition doubles or loses what is composed.

import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** The browser goes on working with the composed text for a moment after it says that it is done. */
const SETTLE_MS = 60;

/** A composition that lasts longer no longer holds others back. */
const HOLD_MS_MAX = 10_000;

export interface Composition {
  extension: Extension;
  isActive(): boolean;
  /** Compositions in a field beside the editor count too. */
  watch(field: HTMLElement): void;
  stop(): void;
}

/** Watches for compositions; `settled` is called when text of others may be shown again. */
export function composition(settled: () => void): Composition {
  let isActive = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const endAfter = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isActive = false;
      settled();
    }, ms);
  };
  const begun = () => {
    isActive = true;
    endAfter(HOLD_MS_MAX);
  };
  const ended = () => {
    if (isActive) endAfter(SETTLE_MS);
  };
  return {
    extension: EditorView.domEventObservers({ compositionstart: begun, compositionend: ended }),
    isActive: () => isActive,
    watch(field) {
      field.addEventListener("compositionstart", begun);
      field.addEventListener("compositionend", ended);
    },
    stop: () => clearTimeout(timer),
  };
}
