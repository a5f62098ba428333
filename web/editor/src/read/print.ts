// A document on paper: all of its page at once, and nothing else of the tab.

import { make } from "../prose/build.ts";
import type { Packed } from "../prose/unpack.ts";
import { Page } from "./page.ts";

/** Prints this document. Whoever saves it as a file finds the title as its name. */
export function printPage(packed: Packed, title: string): void {
  const page = new Page(title);
  page.show(packed);
  page.finish();
  const paper = make("div", "paper", page.element);
  document.body.append(paper);
  document.documentElement.classList.add("is-printing");
  const before = document.title;
  document.title = title;
  const done = () => {
    document.title = before;
    document.documentElement.classList.remove("is-printing");
    page.destroy();
    paper.remove();
  };
  window.addEventListener("afterprint", done, { once: true });
  window.print();
}
