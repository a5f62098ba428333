// One account in the list.

import { make } from "../dom.ts";
import type { Account } from "./api.ts";
import { say } from "./words.ts";

/** What can be done to an account. */
export interface Deeds {
  suspend(): void;
  restore(): void;
}

export function row(account: Account, deeds: Deeds): HTMLLIElement {
  const name = account.display_name;
  const title = make("span", { className: "ellipsis" }, name, account.mine ? ` ${say("you")}` : "");
  const names = make("span", { className: "row-two" }, title, make("span", { className: "tiny soft ellipsis" }, `@${account.username}`));
  const shown = make("li", { className: "row row-person" }, names);
  shown.dataset["user"] = account.id;
  shown.dataset["testid"] = "account";
  const tag = account.suspended_at !== null ? "suspended" : account.administrator ? "administrator" : undefined;
  if (tag !== undefined) shown.append(make("span", { className: "tag" }, say(tag)));
  // Nobody suspends themself: an administrator who can sign in is always left.
  if (!account.mine) {
    const deed = account.suspended_at === null ? "suspend" : "restore";
    const button = make("button", { className: "button", type: "button", ariaLabel: say(`${deed}-named`, { name }) }, say(deed));
    button.onclick = () => deeds[deed]();
    shown.append(button);
  }
  return shown;
}
