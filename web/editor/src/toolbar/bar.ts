// The bar itself: buttons in groups, one stop for Tab and arrow keys between them, and a menu for those that have no room.

import type { EditorView } from "@codemirror/view";
import { icon, make } from "../dom.ts";
import { Shown as Count } from "../count/shown.ts";
import { activeFormats } from "../format/active.ts";
import { type Deeds, extras, headings, type Item, items } from "./items.ts";
import { ariaKey, keyName } from "./keys.ts";
import { attachMenu } from "./menu.ts";
import { OUTLINES } from "./outlines.ts";
import { say } from "./words.ts";

/** A bar that is narrower does not tell how long the text is, pixels. */
const COUNT_PX_MIN = 700;

interface Shown {
  item: Item;
  button: HTMLButtonElement;
}

export class Bar {
  readonly element = make("div", { className: "format-bar", role: "toolbar", ariaLabel: say("toolbar") });
  private readonly groups: HTMLElement[];
  private readonly shown: Shown[] = [];
  private readonly more: HTMLButtonElement;
  private readonly count: Count;
  private readonly sizes = new ResizeObserver(() => this.fit());
  private active = new Set<string>();
  private frame: number | undefined;

  constructor(
    private readonly view: EditorView,
    deeds: Deeds,
  ) {
    this.element.dataset["testid"] = "format-bar";
    this.groups = items(deeds).map((group) => make("div", { className: "format-group" }, ...group.flatMap((item) => this.buttonOf(item))));
    this.more = button(say("more"), OUTLINES.more);
    const hidden = () => this.shown.filter(({ button: one }) => one.hidden).map(({ item }) => item);
    const menu = attachMenu(this.more, view, say("more"), () =>
      [...hidden(), ...extras(deeds)].flatMap((item) => (item.name === "heading" ? headings() : [item])).map((item) => this.inMenu(item)),
    );
    this.count = new Count(view);
    const end = make("div", { className: "format-group format-end" }, this.count.element, this.more, menu);
    this.element.append(...this.groups, end);
    // A press must not take the focus from the text, or the keyboard of a phone goes away.
    this.element.onmousedown = (event) => event.preventDefault();
    this.element.onkeydown = (event) => this.move(event);
    this.stopAt(this.buttons()[0]);
    this.sizes.observe(this.element);
    this.tell();
  }

  /** Shows what is on, after the text has been drawn: no key waits for it. */
  tell(): void {
    this.count.tell();
    if (this.frame !== undefined) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = undefined;
      this.active = activeFormats(this.view.state);
      for (const { item, button: one } of this.shown) {
        const isOn = String(this.isOn(item));
        if (item.toggles && one.ariaPressed !== isOn) one.ariaPressed = isOn;
      }
    });
  }

  focus(): void {
    this.element.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  destroy(): void {
    this.sizes.disconnect();
    this.count.destroy();
    if (this.frame !== undefined) cancelAnimationFrame(this.frame);
  }

  private isOn({ name }: Item): boolean {
    return name === "heading" ? [1, 2, 3].some((level) => this.active.has(`heading${level}`)) : this.active.has(name);
  }

  private inMenu(item: Item): { item: Item; isOn: boolean } {
    return { item, isOn: this.isOn(item) };
  }

  private buttonOf(item: Item): HTMLElement[] {
    const one = button(item.label, item.outline, item.key);
    one.dataset["name"] = item.name;
    if (item.toggles) one.ariaPressed = "false";
    this.shown.push({ item, button: one });
    if (item.name === "heading") return [one, attachMenu(one, this.view, item.label, () => headings().map((level) => this.inMenu(level)))];
    one.onclick = () => {
      // Told by a key, the bar keeps the focus, so that another can be pressed.
      item.run(this.view);
      if (!this.element.contains(document.activeElement)) this.view.focus();
    };
    return [one];
  }

  private buttons(): HTMLButtonElement[] {
    return [...this.shown.map(({ button: one }) => one).filter((one) => !one.hidden), this.more];
  }

  private move(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault();
      return this.view.focus();
    }
    const all = this.buttons();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = all[to % all.length];
    this.stopAt(next);
    next?.focus();
  }

  private stopAt(stop: HTMLElement | undefined): void {
    for (const one of [...this.shown.map((found) => found.button), this.more]) one.tabIndex = one === stop ? 0 : -1;
  }

  /** From the first on, as many as have room beside the last button. */
  private fit(): void {
    // Not shown at all: nothing can be measured.
    if (this.element.offsetWidth === 0) return;
    this.count.element.hidden = this.element.offsetWidth < COUNT_PX_MIN;
    for (const one of [...this.groups, ...this.shown.map((found) => found.button)]) one.hidden = false;
    const style = getComputedStyle(this.element);
    const end = this.element.getBoundingClientRect().right - Number.parseFloat(style.paddingRight) - this.more.offsetWidth;
    let isFull = false;
    const rights = this.shown.map(({ button: one }) => one.getBoundingClientRect().right);
    this.shown.forEach(({ button: one }, at) => {
      isFull ||= (rights[at] ?? 0) > end;
      one.hidden = isFull;
    });
    for (const group of this.groups) group.hidden = [...group.querySelectorAll("button.button-icon")].every((one) => (one as HTMLElement).hidden);
    if (!this.buttons().some((one) => one.tabIndex === 0)) this.stopAt(this.buttons()[0]);
  }
}

function button(label: string, outline: string, key?: string): HTMLButtonElement {
  const title = key === undefined ? label : `${label} (${keyName(key)})`;
  const one = make("button", { className: "button-icon", type: "button", title, ariaLabel: label }, icon(outline, 20));
  if (key !== undefined) one.setAttribute("aria-keyshortcuts", ariaKey(key));
  return one;
}
