// Links in the text, as it reads and as it is written: where one leads, and what can be done with it where there is no key to hold while one taps. What is
// shown beside it is a chunk of its own, loaded with the first link that somebody goes to.

import { syntaxTree } from "@codemirror/language";
import { Compartment, type EditorState, type Extension } from "@codemirror/state";
import { type Command, EditorView } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { address } from "./preview/links.ts";
import { namedAt } from "./preview/names.ts";

/** A link of the text. */
export interface Found {
  from: number;
  to: number;
  /** Its address, as it is written. */
  url: { from: number; to: number };
  href: string;
}

/** The link that a place is in, or at an end of; none where it is not to be opened. */
export function linkAt(state: EditorState, at: number): Found | null {
  for (const side of [-1, 1] as const) {
    for (let node = syntaxTree(state).resolveInner(at, side); node.parent !== null; node = node.parent) {
      if (/^Name(?:Link|Embed)$/.test(node.name)) return nameLink(state, node);
      if (!/^(?:Link|Image|Autolink|URL)$/.test(node.name)) continue;
      const url = node.name === "URL" ? node : node.getChild("URL");
      // The address within a link is that of the link.
      if (url === null || /^(?:Link|Image|Autolink)$/.test(node.parent.name)) continue;
      const href = address(state.sliceDoc(url.from, url.to), here())?.href;
      return href === undefined ? null : { from: node.from, to: node.to, url: { from: url.from, to: url.to }, href };
    }
  }
  return null;
}

/** A name between brackets; all that stands between them says where it leads. */
function nameLink(state: EditorState, { from, to }: SyntaxNode): Found | null {
  const text = state.sliceDoc(from, to);
  const named = namedAt(text);
  const href = named === null ? undefined : address(named.url, here())?.href;
  const begin = from + text.indexOf("[[") + 2;
  return href === undefined ? null : { from, to, url: { from: begin, to: to - 2 }, href };
}

function here(): string {
  return globalThis.location?.href ?? "http://localhost/";
}

/** What is shown beside a link; nothing before the first one that somebody goes to. */
const bubble = new Compartment();

/** A click or a tap on a link shows what can be done with it; with Ctrl or Cmd it opens, also where the text is seen as it is written. */
export function following(): Extension {
  return [
    bubble.of([]),
    EditorView.domEventObservers({
      click(event, view) {
        // Where links are drawn as links, a click with a key opens them already, and so does every click of whoever only reads.
        const isDrawn = event.target instanceof Element && event.target.closest("[data-href]") !== null;
        const opens = event.ctrlKey || event.metaKey;
        if (event.button !== 0 || event.shiftKey || (isDrawn && (opens || view.state.readOnly))) return;
        if (!opens && !view.state.selection.main.empty) return;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        const found = at === null ? null : linkAt(view.state, at);
        if (found === null) return;
        if (opens) follow(view, found.href);
        else show(view, found, "pointer");
      },
    }),
  ];
}

/** Shows what can be done with the link that the caret is in, and goes there; false when it is in none. */
export const showLinkHere: Command = (view) => {
  const found = linkHere(view.state);
  if (found !== null) show(view, found, "key");
  return found !== null;
};

/** The link that the caret is in. */
export function linkHere(state: EditorState): Found | null {
  return linkAt(state, state.selection.main.head);
}

function show(view: EditorView, found: Found, by: "key" | "pointer"): void {
  import("./links/bubble.ts").then(({ linkBubble, showBubble }) => {
    if (!isLoaded(view.state)) view.dispatch({ effects: bubble.reconfigure(linkBubble()) });
    showBubble(view, found, by);
  }, console.error);
}

function isLoaded(state: EditorState): boolean {
  const held = bubble.get(state);
  return Array.isArray(held) && held.length > 0;
}

/** Goes to an address: within this text, to another page of the tab, or elsewhere in a tab of its own. */
export function follow(view: EditorView, href: string): void {
  const to = new URL(href, location.href);
  if (to.hash !== "" && to.href.split("#")[0] === location.href.split("#")[0]) {
    void import("./links/anchor.ts").then(({ goToNamed }) => goToNamed(view, decodeURI(to.hash.slice(1)))).catch(console.error);
    return;
  }
  const link = document.createElement("a");
  link.href = href;
  if (link.origin !== location.origin) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  // In the page, since it is the page that goes to its own addresses without loading anew.
  view.dom.append(link);
  link.click();
  link.remove();
}
