// What opens while one types: blocks by `/`, people by `@`, documents by `[[`, emoji by `:`. The program for it is a chunk of its own, loaded when
// one of these signs is typed first.

import { Compartment, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** What the tab's program knows, asked when a menu opens: pairs in turn, what stands in the text and what is read. */
export interface Known {
  /** Usernames and names of those who belong to the document's room. */
  people(): string[];
  /** Ids and titles of the room's documents. */
  documents(): string[];
}

const SIGNS = /[/@:[]/;

/** `known` is asked each time, and may have nothing to say. */
export function completing(known: () => Known | null): Extension {
  const menu = new Compartment();
  let isAsked = false;
  return [
    menu.of([]),
    EditorView.updateListener.of(({ view, transactions }) => {
      if (isAsked || view.state.readOnly) return;
      const isTyped = transactions.some((one) => one.isUserEvent("input.type") && one.docChanged);
      const { head } = view.state.selection.main;
      if (!isTyped || !SIGNS.test(view.state.sliceDoc(Math.max(0, head - 1), head))) return;
      isAsked = true;
      import("./complete/menu.ts").then(
        ({ completionMenu, openMenu }) => {
          view.dispatch({ effects: menu.reconfigure(completionMenu(known)) });
          openMenu(view);
        },
        (error: unknown) => {
          // Tried again with the next sign: there may be no connection now.
          isAsked = false;
          console.error(error);
        },
      );
    }),
  ];
}
