// Ways of writing that not everybody wants: each is loaded when it is chosen, and leaves the editor as it was when it is given up.

import { Compartment, type Extension } from "@codemirror/state";
import { type EditorView, ViewPlugin } from "@codemirror/view";
import { type Choice, chosen, usual, watchChoices } from "./choices.ts";

/** What the modes ask of the editor around them. */
export interface Around {
  isComposing(): boolean;
  undo(): unknown;
  redo(): unknown;
  /** What is done next is taken back by itself. */
  endStep(): void;
}

/** Has to come before all other keys. */
export function keyMode(around: Around): Extension {
  return mode("keys", async () => (await import("./modes/vim.ts")).vimKeys(around));
}

export function writingModes(around: Around): Extension {
  return [
    mode("focus", async (word) => (await import("./modes/focus.ts")).focusMode(word === "sentence" ? "sentence" : "paragraph", around)),
    mode("typewriter", async () => (await import("./modes/typewriter.ts")).typewriter()),
  ];
}

function mode(choice: Choice, load: (word: string) => Promise<Extension>): Extension {
  const place = new Compartment();
  return [place.of([]), ViewPlugin.define((view) => ({ destroy: follow(view, choice, place, load) }))];
}

/** Does what is chosen until what it answers is called. */
function follow(view: EditorView, choice: Choice, place: Compartment, load: (word: string) => Promise<Extension>): () => void {
  let wanted = usual(choice);
  const look = () => {
    const word = chosen(choice);
    if (word === wanted) return;
    wanted = word;
    const loading = word === usual(choice) ? Promise.resolve([]) : load(word);
    // Who changed their mind meanwhile, or left, gets nothing of it; what is read stays where it is.
    loading
      .then((extension) => {
        if (wanted === word) view.dispatch({ effects: [place.reconfigure(extension), view.scrollSnapshot()] });
      })
      .catch(console.error);
  };
  look();
  const stop = watchChoices(look);
  return () => {
    wanted = "";
    stop();
  };
}
