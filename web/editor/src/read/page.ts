// A document as a page: made piece by piece, what is in view first, so that a long one holds nobody up; and changed only where it changed.

import { leadsTo } from "../attach/named.ts";
import { BESIDE_PX, type Box } from "../people/sight.ts";
import { build, flat, type Look, make, say } from "../prose/build.ts";
import { Cursor, type Packed } from "../prose/unpack.ts";
import { type Block, blocks, kept, sections } from "./blocks.ts";
import { beginOf, blockAt, firstInView, offsetAt, topOf } from "./place.ts";
import { selectWhole } from "./select.ts";

/** How long making pieces may take at once, milliseconds. */
const SLICE_MS = 8;

/** Names in a text must not be names of the tab. */
const PREFIX = "at-";

const look: Look = {
  heading: (level, id) => {
    const inside = make("span", "");
    const way = make("a", "heading-link", "#");
    way.href = `#${id}`;
    way.ariaLabel = say("heading-link");
    const heading = make(`h${Math.min(Math.max(level, 1), 6)}` as "h1", "", inside, way);
    heading.id = PREFIX + id;
    return { ...flat(heading), inside };
  },
  id: (name) => PREFIX + name,
  address: (url) => leadsTo(url),
};

interface Section {
  blocks: Block[];
  readonly element: HTMLElement;
  isBuilt: boolean;
}

export class Page {
  readonly element: HTMLElement;
  /** What lies over the text and scrolls with it. */
  readonly layer = make("div", "read-layer");
  #packed: Packed = { numbers: new Uint32Array(), text: "" };
  #sections: Section[] = [];
  #waiting: number | undefined;
  readonly #empty = make("p", "read-empty", say("empty"));
  readonly #seen: IntersectionObserver;
  readonly #sizes: ResizeObserver;

  /** `laid` is told whenever something may stand elsewhere on the page. */
  constructor(label: string, laid: () => void) {
    this.element = make("div", "read prose");
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "document");
    this.element.ariaLabel = label;
    this.element.dataset["testid"] = "read";
    this.element.addEventListener("click", (event) => this.#follow(event));
    selectWhole(this.element, () => this.finish());
    this.element.append(this.layer);
    this.#sizes = new ResizeObserver(laid);
    // A screen above and below what is in view.
    this.#seen = new IntersectionObserver((entries) => this.#come(entries), { root: this.element, rootMargin: "100% 0px" });
  }

  /** Shows this in place of what is shown, and what is read stays where it is. `moved` tells where a place of the source is now. */
  show(packed: Packed, moved: (at: number) => number = (at) => at): void {
    const all = blocks(packed);
    const first = firstInView(this.element);
    this.#replace(packed, all);
    if (first !== null) this.#keep(moved(first.at), first.below);
    this.#buildInView();
    // What was made above is higher or lower than it was thought to be.
    if (first !== null) this.#keep(moved(first.at), first.below);
    this.#wait();
  }

  #replace(packed: Packed, all: Block[]): void {
    const before = this.#sections;
    const { first, last } = kept(this.#packed, before.map((section) => section.blocks), packed, all);
    const head = before.slice(0, first);
    const tail = before.slice(before.length - last);
    const [from, to] = [count(head), all.length - count(tail)];
    const made = sections(all.slice(from, to)).map((blocks) => ({ blocks, element: placeholder(blocks), isBuilt: false }));
    for (const section of before.slice(first, before.length - last)) {
      this.#seen.unobserve(section.element);
      this.#sizes.unobserve(section.element);
      section.element.remove();
    }
    this.#packed = packed;
    this.#sections = [...head, ...made, ...tail];
    renew(head, all, 0);
    renew(tail, all, to);
    this.#empty.remove();
    // In their order, before what is kept behind them.
    const behind = tail[0]?.element ?? this.layer;
    for (const { element } of made) this.element.insertBefore(element, behind);
    if (all.length === 0) this.layer.before(this.#empty);
    for (const { element } of made) {
      this.#seen.observe(element);
      this.#sizes.observe(element);
    }
  }

  /** Scrolls until what is at a place of the source is so far below the top. */
  #keep(at: number, below: number): void {
    this.#near(at);
    this.element.scrollTop += (beginOf(this.element, at) ?? below) - below;
  }

  /** What somebody looks at is never seen without its text. */
  #buildInView(): void {
    const { top, bottom } = this.element.getBoundingClientRect();
    for (const section of this.#sections) {
      if (section.isBuilt) continue;
      const box = section.element.getBoundingClientRect();
      if (box.bottom >= top && box.top <= bottom) this.#build(section);
    }
  }

  /** The place in the source of what is at the top. */
  top(): number {
    return offsetAt(this.element, 0);
  }

  /** The places in the source of what is in view, without this part of the height at the top and at the bottom. */
  range(inset: number): { from: number; to: number } {
    return { from: offsetAt(this.element, inset), to: offsetAt(this.element, 1 - inset, Number.POSITIVE_INFINITY) };
  }

  /** Before the block that holds a place of the source. */
  beside(at: number): Box | null {
    const block = blockAt(this.element, at);
    if (block === null) return null;
    const [page, box] = [this.element.getBoundingClientRect(), block.getBoundingClientRect()];
    const left = parseFloat(getComputedStyle(this.element).paddingInlineStart) - BESIDE_PX;
    return { top: box.top - page.top + this.element.scrollTop, left, height: box.height };
  }

  /** Brings a place of the source to the top. */
  reveal(offset: number): void {
    if (offset <= 0) {
      this.element.scrollTop = 0;
      return;
    }
    this.#near(offset);
    // What comes into view changes how high all is, so that the first jump is not yet exact.
    for (let turn = 0; turn < 3; turn += 1) this.element.scrollTop += topOf(this.element, offset);
  }

  /** Brings a place of the source into the middle. */
  centre(offset: number, behavior: ScrollBehavior): void {
    this.#near(offset);
    const by = () => topOf(this.element, offset) - this.element.clientHeight / 2;
    if (behavior === "smooth") this.element.scrollBy({ top: by(), behavior });
    else for (let turn = 0; turn < 3; turn += 1) this.element.scrollTop += by();
  }

  /** Makes what stands around a place of the source. */
  #near(offset: number): void {
    const at = this.#sections.findLastIndex((section) => (section.blocks[0]?.at ?? 0) <= offset);
    for (const section of this.#sections.slice(Math.max(0, at), at + 2)) this.#build(section);
  }

  /** Brings what has this name within the page to the top. */
  goTo(name: string): void {
    for (const section of this.#sections) this.#build(section);
    document.getElementById(PREFIX + name)?.scrollIntoView({ block: "start" });
  }

  /** Makes all of it at once. */
  finish(): void {
    for (const section of this.#sections) this.#build(section);
  }

  destroy(): void {
    this.#seen.disconnect();
    this.#sizes.disconnect();
    if (this.#waiting !== undefined) cancelIdle(this.#waiting);
    this.element.remove();
  }

  #build(section: Section): void {
    if (section.isBuilt) return;
    section.isBuilt = true;
    this.#seen.unobserve(section.element);
    const first = section.blocks[0];
    const last = section.blocks.at(-1);
    if (first === undefined || last === undefined) return;
    const built = document.createDocumentFragment();
    build(new Cursor(this.#packed, first.from, first.textFrom), last.to, look, built);
    section.element.replaceChildren(built);
  }

  #come(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      const section = this.#sections.find(({ element }) => element === target);
      if (section !== undefined) this.#build(section);
    }
  }

  /** The rest is made when nobody needs the time: whoever searches the page shall find all of it. */
  #wait(): void {
    if (this.#waiting !== undefined || this.#sections.every((section) => section.isBuilt)) return;
    this.#waiting = whenIdle(() => {
      this.#waiting = undefined;
      const until = performance.now() + SLICE_MS;
      for (const section of this.#sections) {
        if (performance.now() > until) break;
        this.#build(section);
      }
      this.#wait();
    });
  }

  #follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    const name = link?.getAttribute("href")?.slice(1);
    if (name === undefined || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    history.replaceState(history.state, "", `#${encodeURIComponent(name)}`);
    this.goTo(name);
  }
}

function count(list: readonly Section[]): number {
  return list.reduce((sum, section) => sum + section.blocks.length, 0);
}

/** What was kept begins elsewhere now. */
function renew(list: readonly Section[], all: readonly Block[], from: number): void {
  let at = from;
  for (const section of list) {
    const [before, now] = [section.blocks[0]?.at ?? 0, all[at]?.at ?? 0];
    section.blocks = all.slice(at, at + section.blocks.length);
    at += section.blocks.length;
    if (before === now || !section.isBuilt) continue;
    for (const element of section.element.querySelectorAll<HTMLElement>("[data-at]")) {
      element.dataset["at"] = String(Number(element.dataset["at"]) + now - before);
    }
  }
}

/** A section before it is made, about as high as it will be. */
function placeholder(list: readonly Block[]): HTMLElement {
  const element = make("div", "read-section");
  const units = (list.at(-1)?.textTo ?? 0) - (list[0]?.textFrom ?? 0);
  element.style.containIntrinsicBlockSize = `auto ${Math.round((units / 75) * 26 + list.length * 24)}px`;
  return element;
}

function whenIdle(then: () => void): number {
  return "requestIdleCallback" in window ? requestIdleCallback(then, { timeout: 500 }) : Number(setTimeout(then, 16));
}

function cancelIdle(waiting: number): void {
  if ("cancelIdleCallback" in window) cancelIdleCallback(waiting);
  else clearTimeout(waiting);
}
