// What a rescued copy holds against what the document holds now; all of its text when the two cannot be compared.

import { make } from "../dom.ts";
import { say } from "./words.ts";

/** Opens to the difference. */
export function holds(document: string, text: string): HTMLDetailsElement {
  const summary = make("summary", {}, say("compare"));
  summary.dataset["testid"] = "rescued-compare";
  const details = make("details", { className: "rescued-holds" }, summary);
  let isSeen = false;
  details.ontoggle = async () => {
    if (isSeen || !details.open) return;
    isSeen = true;
    const skeleton = make("div", { className: "skeleton" }, make("span", {}), make("span", {}));
    details.append(skeleton);
    const seen = await compare(document, text);
    // Without a connection it is tried again when it is opened again.
    isSeen = typeof seen !== "string" || seen !== "offline";
    details.replaceChildren(summary, ...(typeof seen === "string" ? alone(seen, text) : pieces(seen)));
  };
  return details;
}

/** Kinds and texts in turn, or why there are none. */
async function compare(id: string, text: string): Promise<string[] | "offline" | "alone" | "incomparable"> {
  try {
    const answer = await fetch(`/api/v1/documents/${id}/content`);
    if (!answer.ok) return "alone";
    const { difference } = await import("../difference.ts");
    return difference(await answer.text(), text) ?? "incomparable";
  } catch {
    return "offline";
  }
}

function alone(why: string, text: string): HTMLElement[] {
  const whole = make("pre", { className: "rescued-text", tabIndex: 0 }, text);
  whole.dataset["testid"] = "rescued-text";
  return [make("p", { className: "small soft" }, say(why)), whole];
}

function pieces(found: string[]): HTMLElement[] {
  const shown: (HTMLElement | string)[] = [];
  let differs = false;
  for (let at = 0; at < found.length; at += 2) {
    const [kind, text] = [found[at]!, found[at + 1]!];
    differs ||= kind === "added" || kind === "removed";
    if (kind === "added") shown.push(make("ins", {}, text));
    else if (kind === "removed") shown.push(make("del", {}, text));
    else if (kind === "skipped") shown.push(make("span", { className: "difference-skipped" }, say("lines-same", { count: text })));
    else shown.push(text);
  }
  if (!differs) {
    const same = make("p", { className: "small soft" }, say("same"));
    same.dataset["testid"] = "rescued-same";
    return [same];
  }
  const legend = make("p", { className: "difference-legend small" }, make("ins", {}, say("legend-added")), " ", make("del", {}, say("legend-removed")));
  const all = make("div", { className: "difference", tabIndex: 0, role: "region", ariaLabel: say("compare") }, ...shown);
  all.dataset["testid"] = "difference";
  return [legend, all];
}
