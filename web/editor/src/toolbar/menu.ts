// A menu that a button of the bar opens: a popover of the platform, with arrow keys added.

import type { EditorView } from "@codemirror/view";
import { icon, make } from "../dom.ts";
import type { Item } from "./items.ts";
import { keyName } from "./keys.ts";

/** Space between a menu and its button or the window's edge, pixels. */
const GAP_PX = 6;

/** What is in a menu is asked for each time that it opens. */
export function attachMenu(button: HTMLButtonElement, view: EditorView, label: string, items: () => { item: Item; isOn: boolean }[]): HTMLElement {
  const menu = make("div", { className: "menu format-menu", popover: "auto", role: "menu", ariaLabel: label });
  button.ariaHasPopup = "menu";
  button.ariaExpanded = "false";
  // The text keeps the focus, and a phone its keyboard.
  menu.onmousedown = (event) => event.preventDefault();
  menu.addEventListener("toggle", (event) => {
    button.ariaExpanded = String((event as ToggleEvent).newState === "open");
  });
  button.addEventListener("click", (event) => {
    if (menu.matches(":popover-open")) return menu.hidePopover();
    menu.replaceChildren(...items().map(({ item, isOn }) => row(item, isOn, () => choose(item))));
    menu.showPopover({ source: button });
    place(button, menu);
    // Pressed by a key: the keys go on in the menu.
    if (event.detail === 0) step(menu, "first");
  });
  const choose = (item: Item) => {
    menu.hidePopover();
    view.focus();
    item.run(view);
  };
  menu.onkeydown = (event) => {
    const way = ({ ArrowDown: "next", ArrowUp: "previous", Home: "first", End: "last" } as const)[event.key];
    if (way === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    step(menu, way);
  };
  return menu;
}

function row(item: Item, isOn: boolean, choose: () => void): HTMLElement {
  const element = make("button", { className: "menu-item", type: "button" }, icon(item.outline, 16), item.label);
  if (item.key !== undefined) element.append(make("span", { className: "menu-note", ariaHidden: "true" }, keyName(item.key)));
  element.role = item.toggles ? "menuitemcheckbox" : "menuitem";
  if (item.toggles) element.ariaChecked = String(isOn);
  element.dataset["name"] = item.name;
  element.onclick = choose;
  return element;
}

function step(menu: HTMLElement, way: "first" | "last" | "next" | "previous"): void {
  const rows = [...menu.querySelectorAll<HTMLElement>(".menu-item")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to = way === "first" ? 0 : way === "last" ? rows.length - 1 : way === "next" ? at + 1 : at - 1;
  rows.at(to % rows.length)?.focus();
}

/** Below the button, or above it where there is no room; within the window. */
function place(button: HTMLElement, menu: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(GAP_PX, Math.min(at.left, innerWidth - width - GAP_PX));
  const fitsBelow = at.bottom + GAP_PX + height <= innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${fitsBelow ? at.bottom + GAP_PX : Math.max(GAP_PX, at.top - GAP_PX - height)}px`;
}
