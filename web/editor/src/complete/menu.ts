// The menu: where it opens, and how it looks.

import { acceptCompletion, autocompletion, type Completion, startCompletion } from "./library.ts";
import { type Extension, Prec } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";
import type { Known } from "../complete.ts";
import { icon } from "../dom.ts";
import { blockSource, outlineOf } from "./blocks.ts";
import { emojiSource } from "./emoji.ts";
import { documentSource, personSource } from "./known.ts";

/** One that can be read without scrolling for long; typing one more letter is quicker. */
const ROWS_MAX = 40;

export function completionMenu(known: () => Known | null): Extension {
  return [
    autocompletion({
      override: [blockSource, emojiSource, personSource(known), documentSource(known)],
      icons: false,
      maxRenderedOptions: ROWS_MAX,
      // Enter right after a letter is meant for the menu that the letter opened.
      interactionDelay: 0,
      activateOnTypingDelay: 0,
      optionClass: ({ type }) => `complete-${type ?? "plain"}`,
      addToOptions: [{ position: 20, render: picture }],
    }),
    Prec.highest(keymap.of([{ key: "Tab", run: acceptCompletion }])),
  ];
}

export function openMenu(view: EditorView): void {
  startCompletion(view);
}

function picture(completion: Completion): Node | null {
  const outline = outlineOf(completion);
  if (outline === null) return null;
  return icon(outline, 16);
}
