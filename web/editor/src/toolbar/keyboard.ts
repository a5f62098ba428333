// A keyboard on the screen that lies over the page, as that of an iPhone does, instead of making it smaller: the bar goes above it, and so does the caret.

import type { Extension } from "@codemirror/state";
import { EditorView, type PluginValue, ViewPlugin } from "@codemirror/view";

class Covered implements PluginValue {
  /** Of the page's lower end, pixels. */
  px = 0;
  private readonly seen = window.visualViewport;
  private readonly changed = () => this.measure();

  constructor(private readonly view: EditorView) {
    for (const name of ["resize", "scroll"]) this.seen?.addEventListener(name, this.changed);
  }

  destroy(): void {
    for (const name of ["resize", "scroll"]) this.seen?.removeEventListener(name, this.changed);
  }

  private measure(): void {
    const { seen, view } = this;
    // Whoever looks closer decides alone what is in view.
    const isWhole = seen !== null && Math.abs(seen.scale - 1) < 0.01;
    const px = isWhole ? Math.max(0, Math.round(window.innerHeight - seen.height - seen.offsetTop)) : 0;
    if (px === this.px) return;
    const isMore = px > this.px;
    this.px = px;
    view.dom.querySelector<HTMLElement>(":scope > .cm-panels-bottom")?.style.setProperty("translate", px === 0 ? "none" : `0 ${-px}px`);
    if (isMore && view.hasFocus) view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main) });
  }
}

/** Keeps bar and caret above what covers them. */
export function aboveKeyboard(): Extension {
  const covered = ViewPlugin.fromClass(Covered);
  return [covered, EditorView.scrollMargins.of((view) => ({ bottom: view.plugin(covered)?.px ?? 0 }))];
}
