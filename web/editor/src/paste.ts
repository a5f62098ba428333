// Formatted text from elsewhere comes in as Markdown. What converts it is a chunk of its own: a paste that waits for it keeps its place, and what is
// typed meanwhile stands behind it.

import { type Extension, Prec, type StateEffect, StateEffect as Effect, StateField } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { nodeAround, opaqueAround, UNMARKED } from "./format/syntax.ts";
import { fitted } from "./paste/fitted.ts";

/** Without any of these there is nothing that plain text does not say. */
const FORMATTED = /<(?:h[1-6]|[uo]l|li|table|strong|em|[abis]|code|pre|blockquote|del|strike|img|hr)\b|font-weight|font-style|line-through|mso-list/i;

const ADDRESS = /^(?:https?:\/\/|mailto:|xmpp:|www\.)\S+$/;

interface Waiting {
  id: number;
  from: number;
  to: number;
}

const begun = Effect.define<Waiting>();
const ended = Effect.define<number>();

const waiting = StateField.define<readonly Waiting[]>({
  create: () => [],
  update(value, { changes, effects }) {
    // The place is before what is typed there meanwhile.
    let next = value.length === 0 ? value : value.map(({ id, from, to }) => ({ id, from: changes.mapPos(from, -1), to: changes.mapPos(to, -1) }));
    for (const effect of effects) {
      if (effect.is(begun)) next = [...next, effect.value];
      if (effect.is(ended)) next = next.filter(({ id }) => id !== effect.value);
    }
    return next;
  },
});

export function pasting(): Extension {
  let isPlain = false;
  let ids = 0;
  let last: Promise<void> = Promise.resolve();
  const paste = (event: ClipboardEvent, view: EditorView): boolean => {
    const data = event.clipboardData;
    if (data === null || isPlain || view.state.readOnly) return false;
    const [html, plain] = [data.getData("text/html"), data.getData("text/plain")];
    if (!FORMATTED.test(html) || data.types.includes("vscode-editor-data") || isVerbatim(view, plain)) return false;
    const { from, to } = view.state.selection.main;
    const id = ids++;
    view.dispatch({ effects: begun.of({ id, from, to }) });
    last = last.then(() => converted(html, plain)).then((text) => put(view, id, text, plain));
    return true;
  };
  return [
    waiting,
    Prec.high(
      EditorView.domEventHandlers({
        keydown: (event) => {
          isPlain = event.shiftKey && event.key.toLowerCase() === "v";
          return false;
        },
        paste,
      }),
    ),
  ];
}

/** Code takes text as it is, and an address that is put over words makes a link of them. */
function isVerbatim({ state }: EditorView, plain: string): boolean {
  const { main } = state.selection;
  if (!main.empty && ADDRESS.test(plain.trim())) return true;
  const isCode = (at: number) => opaqueAround(state, at) !== null || nodeAround(state, at, (name) => name !== "URL" && UNMARKED.test(name)) !== null;
  return isCode(main.from) || isCode(main.to);
}

/** Null when it is to come in as plain text after all. */
async function converted(html: string, plain: string): Promise<string | null> {
  try {
    const { markdownOf } = await import("./paste/html.ts");
    return markdownOf(html);
  } catch (error) {
    // The converter could not be loaded: better the words alone than nothing.
    if (plain === "") throw error;
    return null;
  }
}

function put(view: EditorView, id: number, text: string | null, plain: string): void {
  const place = view.state.field(waiting).find((one) => one.id === id);
  const done: StateEffect<number> = ended.of(id);
  if (place === undefined || view.state.readOnly) return view.dispatch({ effects: done });
  const { from, to, insert } = text === null ? { ...place, insert: plain.replace(/\r\n?/g, "\n") } : fitted(view.state, place, text);
  const { main } = view.state.selection;
  // Whoever has not gone elsewhere goes on behind what came.
  const isThere = main.from <= to && from <= main.to;
  view.dispatch({
    changes: { from, to, insert },
    ...(isThere ? { selection: { anchor: from + insert.length + Math.max(0, main.to - to) } } : {}),
    effects: done,
    userEvent: "input.paste",
    scrollIntoView: isThere,
  });
}
