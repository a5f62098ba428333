// What can be done with the link that the caret is in, beside it: open, edit or copy it; whoever only reads opens or copies it.

import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import { readable } from "../attach/named.ts";
import { make } from "../dom.ts";
import { type Found, follow, linkAt } from "../follow.ts";
import { say } from "../preview/words.ts";

/** How long the button says that it has copied, milliseconds. */
const COPIED_MS = 1_500;

const shownTold = StateEffect.define<Found | null>();

const shown = StateField.define<Found | null>({
  create: () => null,
  update(value, { changes, docChanged, effects, selection, state }) {
    for (const effect of effects) if (effect.is(shownTold)) return effect.value;
    if (value === null || (!docChanged && selection === undefined)) return value;
    if (docChanged && changes.touchesRange(value.from, value.to) !== false) return null;
    const [from, to] = [changes.mapPos(value.from, 1), changes.mapPos(value.to, -1)];
    const { head, empty } = state.selection.main;
    if (!empty || head < from || head > to) return null;
    return docChanged ? linkAt(state, head) : value;
  },
  provide: (self) => showTooltip.from(self, (found) => found && tooltip(found)),
});

export function linkBubble(): Extension {
  return [
    shown,
    Prec.high(keymap.of([{ key: "Escape", run: close }])),
    EditorView.domEventHandlers({
      blur(event, view) {
        if (event.relatedTarget instanceof Element && event.relatedTarget.closest(".link-bubble") !== null) return;
        // Not within the event: the editor has work of its own to do with it.
        setTimeout(() => close(view));
      },
    }),
    EditorView.theme({
      ".link-bubble": {
        display: "flex",
        flexWrap: "wrap",
        alignItems: "center",
        gap: "var(--space-1)",
        boxSizing: "border-box",
        maxWidth: "min(28rem, calc(100vw - 2rem))",
        marginTop: "4px",
        padding: "var(--space-1)",
        fontFamily: "var(--face-sans)",
        fontSize: "var(--text-s)",
      },
      ".link-bubble > span": {
        flex: "1 1 0",
        minWidth: "6rem",
        overflow: "hidden",
        padding: "0 var(--space-2)",
        color: "var(--ink-soft)",
        textOverflow: "ellipsis",
        whiteSpace: "nowrap",
      },
      ".link-bubble > button": {
        minHeight: "2rem",
        padding: "0 var(--space-2)",
        borderRadius: "var(--radius-s)",
        color: "var(--accent)",
        fontWeight: "var(--weight-strong)",
      },
      ".link-bubble > button:hover": { backgroundColor: "var(--hover)" },
      "@media (pointer: coarse)": { ".link-bubble > button": { minHeight: "2.75rem", padding: "0 var(--space-3)" } },
    }),
  ];
}

/** Shows the bubble, and goes into it when a key asked for it. */
export function showBubble(view: EditorView, found: Found, by: "key" | "pointer"): void {
  view.dispatch({ effects: shownTold.of(found) });
  if (by === "key") view.dom.querySelector<HTMLElement>(".link-bubble > button")?.focus();
}

function close(view: EditorView): boolean {
  if (view.state.field(shown, false) == null) return false;
  view.dispatch({ effects: shownTold.of(null) });
  return true;
}

function tooltip(found: Found): Tooltip {
  return { pos: found.from, above: false, create: (view) => ({ dom: bubble(view, found) }) };
}

function bubble(view: EditorView, found: Found): HTMLElement {
  const open = button("link-open", () => (leave(view), follow(view, found.href)));
  const edit = button("link-edit", () => {
    leave(view);
    view.dispatch({ selection: { anchor: found.url.from, head: found.url.to }, scrollIntoView: true, userEvent: "select" });
  });
  const copy = button("copy", () => {
    const told = (word: string) => {
      copy.textContent = say(word);
      setTimeout(() => (copy.textContent = say("copy")), COPIED_MS);
    };
    // Without https browsers have no clipboard for pages.
    if (navigator.clipboard === undefined) return told("copy-failed");
    navigator.clipboard.writeText(found.href).then(
      () => told("copied"),
      () => told("copy-failed"),
    );
  });
  copy.ariaLive = "polite";
  const all = view.state.readOnly ? [open, copy] : [open, edit, copy];
  const address = make("span", { title: found.href }, shortened(found.href));
  const dom = make("div", { className: "link-bubble", role: "group", ariaLabel: say("link-group", { address: found.href }) }, address, ...all);
  dom.dataset["testid"] = "link-bubble";
  // A press must not take the focus from the text, or the keyboard of a phone goes away.
  dom.onmousedown = (event) => event.preventDefault();
  dom.onkeydown = (event) => {
    if (event.key === "Escape") return leave(view);
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length }[event.key];
    if (to !== undefined) all[to % all.length]?.focus();
  };
  dom.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    if (to instanceof Node && (dom.contains(to) || view.contentDOM.contains(to))) return;
    setTimeout(() => close(view));
  });
  return dom;
}

function leave(view: EditorView): void {
  close(view);
  view.focus();
}

/** Without what all addresses have. */
function shortened(href: string): string {
  const { origin, pathname, search, hash } = new URL(href);
  const text = readable(new URL(href));
  if (text !== href) return text;
  return origin === location.origin ? pathname + search + hash : href.replace(/^https?:\/\/|^mailto:/, "").replace(/\/$/, "");
}

function button(word: string, run: () => void): HTMLButtonElement {
  const one = make("button", { type: "button" }, say(word));
  one.onclick = run;
  return one;
}
