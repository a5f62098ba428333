// A document on paper: all of its page at once, and nothing else of the tab.

import { adoptSheet } from "../adopt.ts";
import { finish } from "../drawn.ts";
import { make } from "../prose/build.ts";
import type { Packed } from "../prose/unpack.ts";
import { Page } from "./page.ts";
import sheet from "../../../style/print.css" with { type: "text" };

const IS_PRINTING = "is-printing";

/** Puts paper over the tab until it is printed, unless some lies there already. Whoever saves it as a file finds the title as its name. */
export function layPaper(packed: Packed, title: string): void {
  const root = document.documentElement;
  if (root.classList.contains(IS_PRINTING)) return;
  const page = new Page(title, () => undefined);
  page.show(packed);
  page.finish();
  const paper = make("div", "paper", page.element);
  if (!beginsWith(page.element, title)) page.element.before(make("h1", "paper-title", title));
  for (const link of paper.querySelectorAll<HTMLAnchorElement>("a[href]")) tellAddress(link);
  document.body.append(paper);
  root.classList.add(IS_PRINTING);
  const drop = adoptSheet(sheet + running(title));
  const before = document.title;
  document.title = title;
  const clear = () => {
    document.title = before;
    root.classList.remove(IS_PRINTING);
    drop();
    page.destroy();
    paper.remove();
  };
  window.addEventListener("afterprint", clear, { once: true });
}

/** Prints this document, once all that it shows is there. */
export async function printPage(packed: Packed, title: string): Promise<void> {
  layPaper(packed, title);
  for (const paper of document.querySelectorAll(".paper")) await finish(paper);
  const pictures = [...document.querySelectorAll<HTMLImageElement>(".paper img")];
  // One that does not come is no reason to print nothing.
  await Promise.allSettled(pictures.map((picture) => ((picture.loading = "eager"), picture.decode())));
  window.print();
}

/** Whether the text says its title itself. */
function beginsWith(page: HTMLElement, title: string): boolean {
  const first = page.querySelector(":scope > .read-section > :not(.table-scroll)");
  return first?.tagName === "H1" && first.firstElementChild?.textContent?.trim() === title.trim();
}

/** On paper nobody can follow a link, so it says where it leads, unless its words do. What is named between brackets is found by its name. */
function tellAddress(link: HTMLAnchorElement): void {
  if (link.origin === location.origin && link.pathname.endsWith("/linked")) return;
  if (!/^(?:https?|mailto):$/.test(link.protocol) || link.getAttribute("href")?.startsWith("#") === true) return;
  const address = link.protocol === "mailto:" ? link.href.slice("mailto:".length) : link.href;
  const bare = (text: string) => text.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  if (bare(link.textContent ?? "") !== bare(address)) link.dataset["leads"] = address;
}

/** The title at the head of every page but the first, which has it in its text. */
function running(title: string): string {
  const quoted = [...title].map((letter) => (/[\p{L}\p{N} ]/u.test(letter) ? letter : `\\${letter.codePointAt(0)!.toString(16)} `)).join("");
  return `@page { @top-center { content: "${quoted}" } } @page :first { @top-center { content: none } }`;
}
