// A grip beside the block that is pointed at, or that holds the caret, by which it is dragged to another place. What it does is a chunk of its own, loaded
// when somebody first points at the text. With keys, Alt and an arrow move the same.

import { Compartment, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export function gripping(): Extension {
  const grip = new Compartment();
  let isAsked = false;
  let height: number | null = null;
  const ask = (view: EditorView, event: Event) => {
    if (view.state.readOnly) return;
    height = event instanceof PointerEvent && event.pointerType === "mouse" ? event.clientY : null;
    if (isAsked) return;
    isAsked = true;
    import("./grip/grip.ts").then(
      ({ blockGrip }) => view.dispatch({ effects: grip.reconfigure(blockGrip(height)) }),
      (error: unknown) => {
        isAsked = false;
        console.error(error);
      },
    );
  };
  return [
    grip.of([]),
    EditorView.domEventObservers({
      pointermove: (event, view) => ask(view, event),
      focus: (event, view) => {
        if (matchMedia("(hover: none)").matches) ask(view, event);
      },
    }),
  ];
}
