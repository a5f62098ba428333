// Links in the text that is written: where one leads, and what can be done with it where there is no key to hold while one taps. What is shown beside it
// is a chunk of its own, loaded with the first link that somebody goes to.

import { syntaxTree } from "@codemirror/language";
import { Compartment, type EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { LINK_KEY } from "./commands/list.ts";
import { address } from "./preview/links.ts";

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
      if (!/^(?:Link|Image|Autolink|URL)$/.test(node.name)) continue;
      const url = node.name === "URL" ? node : node.getChild("URL");
      // The address within a link is that of the link.
      if (url === null || /^(?:Link|Image|Autolink)$/.test(node.parent.name)) continue;
      const href = address(state.sliceDoc(url.from, url.to), globalThis.location?.href ?? "http://localhost/")?.href;
      return href === undefined ? null : { from: node.from, to: node.to, url: { from: url.from, to: url.to }, href };
    }
  }
  return null;
}

/** A key, and a click or a tap on a link, show what can be done with it. */
export function following(): Extension {
  const bubble = new Compartment();
  let isLoaded = false;
  const show = (view: EditorView, found: Found, by: "key" | "pointer") => {
    import("./links/bubble.ts").then(({ linkBubble, showBubble }) => {
      if (!isLoaded) view.dispatch({ effects: bubble.reconfigure(linkBubble()) });
      isLoaded = true;
      showBubble(view, found, by);
    }, console.error);
  };
  return [
    bubble.of([]),
    keymap.of([
      {
        key: LINK_KEY,
        run: (view) => {
          const found = linkAt(view.state, view.state.selection.main.head);
          if (found !== null) show(view, found, "key");
          return found !== null;
        },
      },
    ]),
    EditorView.domEventObservers({
      click(event, view) {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || view.state.readOnly || !view.state.selection.main.empty) return;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        const found = at === null ? null : linkAt(view.state, at);
        if (found !== null) show(view, found, "pointer");
      },
    }),
  ];
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
