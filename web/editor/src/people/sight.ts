// What of the text is in view, whichever face shows it, and the way to the rest.

import { EditorView } from "@codemirror/view";

/** Where a mark goes, pixels within what it is drawn in. */
export interface Box {
  top: number;
  left: number;
  height: number;
}

/** A face as somebody looks at it. */
export interface Sight {
  /** What scrolls. */
  readonly scroller: HTMLElement;
  /** Offsets of the first and the last text in view, without this part of the height at the top and at the bottom; none where it is not known. */
  range(inset: number): { from: number; to: number } | null;
  /** Brings a place into the middle. */
  reveal(offset: number, behavior: ScrollBehavior): void;
  /** Beside what holds a place that is in view; only of a face that has no carets of others. */
  beside?(offset: number): Box | null;
  /** What marks are drawn in, where they scroll with the text; elsewhere they lie over the face. */
  readonly layer?: HTMLElement;
}

/** Marks stand so far before the text, pixels. */
export const BESIDE_PX = 12;

/** Farther than so many heights of what is in view, nobody sees where a slow scroll goes. */
const SMOOTH_HEIGHTS_MAX = 3;

/** The editor itself. */
export function sightOf(view: EditorView): Sight {
  const scroller = view.scrollDOM;
  return {
    scroller,
    range(inset) {
      const { top, bottom, left, right, height } = scroller.getBoundingClientRect();
      if (height === 0) return null;
      const at = (x: number, y: number) => view.posAtCoords({ x, y }, false);
      const margin = Math.max(1, height * inset);
      return { from: at(left + 1, top + margin), to: at(right - 1, bottom - margin) };
    },
    reveal(offset, behavior) {
      const box = scroller.getBoundingClientRect();
      const top = view.coordsAtPos(offset)?.top ?? view.documentTop + view.lineBlockAt(offset).top;
      const by = top - box.top - box.height / 2;
      if (behavior === "smooth" && Math.abs(by) <= SMOOTH_HEIGHTS_MAX * box.height) scroller.scrollBy({ top: by, behavior });
      else view.dispatch({ effects: EditorView.scrollIntoView(offset, { y: "center" }) });
    },
  };
}

/** As the person wants it. */
export function motion(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
