// The list of keys.

import { make } from "../dom.ts";
import { isApple, keyNames } from "../toolbar/keys.ts";
import { openDialog } from "./dialog.ts";
import { type Listed, PARTS } from "./list.ts";
import { say } from "./words.ts";

let isOpen = false;

export function openSheet(): void {
  if (isOpen) return;
  isOpen = true;
  const sheet = make("div", { className: "shortcuts" }, ...PARTS.flatMap(([title, all]) => partOf(title, all)));
  sheet.dataset["testid"] = "shortcuts";
  openDialog("shortcuts-dialog", say("shortcuts"), [sheet], () => (isOpen = false));
}

/** What has no key stands in the palette alone. */
function partOf(title: string, all: readonly Listed[]): HTMLElement[] {
  const rows = all.flatMap(({ name, keys = [], mac }) => {
    const [key] = (isApple ? mac : undefined) ?? keys;
    if (key === undefined) return [];
    const names = keyNames(key).map((one) => make("kbd", {}, one));
    return [make("div", { className: "shortcut" }, make("dt", {}, say(name)), make("dd", {}, ...names))];
  });
  return rows.length === 0 ? [] : [make("section", {}, make("h3", { className: "section-title" }, say(title)), make("dl", {}, ...rows))];
}
