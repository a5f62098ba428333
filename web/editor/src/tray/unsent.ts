// What a device holds of somebody whom the server does not let in: to be read, copied and taken along. None of it goes, and none of it is sent from here.

import { make } from "../dom.ts";
import { copyButton, downloadButton } from "./buttons.ts";
import { say } from "./words.ts";

/** Names, rooms and texts in turn. */
export function showUnsent(place: HTMLElement, pieces: string[]): void {
  const status = make("p", { className: "small soft", role: "status" });
  const tell = (_: string, text: string): boolean => {
    status.textContent = text;
    return true;
  };
  const articles: HTMLElement[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const [name, text] = [pieces[at]!, pieces[at + 1]!];
    const whole = make("pre", { className: "rescued-text", tabIndex: 0, ariaLabel: name }, text);
    const actions = make("p", { className: "notice-actions" }, copyButton(text, tell), downloadButton(name, text));
    const article = make("article", { className: "rescued" }, make("h2", { className: "rescued-title" }, name), whole, actions);
    article.dataset["testid"] = "unsent";
    articles.push(article);
  }
  const lead = make("p", {}, say("unsent-lead"));
  lead.dataset["testid"] = "unsent-lead";
  place.replaceChildren(lead, ...articles, status);
}
