// A document on paper: all of its page at once, and nothing else of the tab.

import { make } from "../prose/build.ts";
import type { Packed } from "../prose/unpack.ts";
import { Page } from "./page.ts";

const IS_PRINTING = "is-printing";

/** Puts paper over the tab until it is printed, unless some lies there already. Whoever saves it as a file finds the title as its name. */
export function layPaper(packed: Packed, title: string): void {
  const root = document.documentElement;
  if (root.classList.contains(IS_PRINTING)) return;
  const page = new Page(title);
  page.show(packed);
  page.finish();
  const paper = make("div", "paper", page.element);
  document.body.append(paper);
  root.classList.add(IS_PRINTING);
  const before = document.title;
  document.title = title;
  const clear = () => {
    document.title = before;
    root.classList.remove(IS_PRINTING);
    page.destroy();
    paper.remove();
  };
  window.addEventListener("afterprint", clear, { once: true });
}

/** Prints this document. */
export function printPage(packed: Packed, title: string): void {
  layPaper(packed, title);
  window.print();
}
