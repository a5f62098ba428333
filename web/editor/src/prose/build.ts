// Events as elements. Nothing that a person wrote is ever parsed as HTML: it becomes text nodes and attributes that were made for it.

import words from "../../../locale/prose.en.ftl";
import { place as drawn } from "../drawn.ts";
import { sentences } from "../words.ts";
import { link, picture } from "./links.ts";
import { type Cursor, Kind } from "./unpack.ts";

export const say = sentences(words);

const CALLOUTS = ["note", "tip", "important", "warning", "caution"];
const ALIGNMENTS = ["", "", "align-center", "align-end"];

/** The words of a task that is done. */
const DONE = "task-words";

/** Elements that have nothing of their own to say. */
const NAMES: Record<number, keyof HTMLElementTagNameMap> = {
  [Kind.Paragraph]: "p",
  [Kind.Quote]: "blockquote",
  [Kind.Bullets]: "ul",
  [Kind.Item]: "li",
  [Kind.Row]: "tr",
  [Kind.Emphasis]: "em",
  [Kind.Strong]: "strong",
  [Kind.Strikethrough]: "s",
  [Kind.Highlight]: "mark",
};

/** How text is shown. */
export interface Look {
  /** A heading, and where what stands in it goes. */
  heading(level: number, id: string): Frame;
  /** A name within the page, of what has one in the text. */
  id(name: string): string;
  /** Where an address leads that stands in the text. */
  address(url: string): string;
}

/** An element that is being filled: itself, and where its children go. */
export interface Frame {
  element: HTMLElement;
  inside: HTMLElement;
  /** What has to be done at its end. */
  end?: () => void;
}

/** Builds what comes next up to this place among the numbers. */
export function build(cursor: Cursor, until: number, look: Look, into: HTMLElement | DocumentFragment): void {
  const open: Frame[] = [];
  let inside: HTMLElement | DocumentFragment = into;
  let place = -1;
  while (cursor.at < until && cursor.next()) {
    if (cursor.kind === Kind.At) {
      place = cursor.numbers[0] ?? -1;
    } else if (cursor.kind === Kind.End) {
      open.pop()?.end?.();
      inside = open.at(-1)?.inside ?? into;
    } else if (cursor.starts) {
      // What an item holds below its words is not done with them.
      const around = open.at(-1);
      if (around?.inside.className === DONE && cursor.kind < Kind.Emphasis) inside = around.inside = around.element;
      const frame = start(cursor, look, inside);
      if (place >= 0) frame.element.dataset["at"] = String(place);
      place = -1;
      open.push(frame);
      inside = frame.inside;
    } else {
      const made = leaf(cursor, look);
      if (place >= 0 && made instanceof HTMLElement) made.dataset["at"] = String(place);
      place = -1;
      inside.append(made);
      const around = open.at(-1);
      if (around !== undefined && cursor.kind === Kind.Task && cursor.numbers[0] === 1) {
        around.inside = make("span", DONE);
        inside.append(around.inside);
        inside = around.inside;
      }
    }
  }
}

function leaf(cursor: Cursor, look: Look): Node {
  const [first = 0, second = 0] = cursor.numbers;
  switch (cursor.kind) {
    case Kind.Text:
      return document.createTextNode(cursor.text());
    case Kind.Code:
      return make("code", "", cursor.text());
    case Kind.Math:
      return drawn(first === 1 ? "display" : "formula", cursor.text());
    case Kind.Diagram:
      return drawn("diagram", cursor.text());
    case Kind.Image:
      return picture(look.address(cursor.text(0)), cursor.text(1), cursor.text(2), first, second);
    case Kind.Break:
      return document.createElement("br");
    case Kind.Rule:
      return document.createElement("hr");
    case Kind.Task:
      return task(first === 1);
    case Kind.Property: {
      const name = make("th", "", cursor.text(0));
      name.scope = "row";
      return make("tr", "", name, make("td", "", cursor.text(1)));
    }
    case Kind.Reference: {
      const reference = link(`#fn:${first}`, "");
      reference.id = look.id(referenceName(first, second));
      reference.textContent = String(first);
      reference.setAttribute("role", "doc-noteref");
      return make("sup", "", reference);
    }
    default:
      return document.createTextNode("");
  }
}

function start(cursor: Cursor, look: Look, parent: HTMLElement | DocumentFragment): Frame {
  const frame = started(cursor, look, parent);
  parent.append(frame.element);
  return frame;
}

function started(cursor: Cursor, look: Look, parent: HTMLElement | DocumentFragment): Frame {
  const [first = 0, second = 0] = cursor.numbers;
  switch (cursor.kind) {
    case Kind.Heading:
      return look.heading(first, cursor.text());
    case Kind.Callout:
      return callout(CALLOUTS[first] ?? "note");
    case Kind.CalloutTitle:
      // In place of the name of its kind.
      if (parent instanceof HTMLElement) parent.querySelector(".callout-title")?.remove();
      return flat(make("p", "callout-title"));
    case Kind.CodeBlock:
      return code(cursor.text());
    case Kind.Verbatim:
      return flat(make("pre", "verbatim"));
    case Kind.Numbers: {
      const list = make("ol", "");
      list.start = first;
      return flat(list);
    }
    case Kind.Table:
    case Kind.Properties:
      return table(cursor.kind === Kind.Properties ? "properties" : "");
    case Kind.Head: {
      const row = make("tr", "");
      const head = make("thead", "", row);
      // The table goes on in its body.
      return { element: head, inside: row, end: () => void parent.parentNode?.insertBefore(head, parent) };
    }
    case Kind.Cell: {
      const cell = document.createElement(second === 1 ? "th" : "td");
      if (second === 1) cell.scope = "col";
      cell.className = ALIGNMENTS[first] ?? "";
      return flat(cell);
    }
    case Kind.Footnotes: {
      const list = make("ol", "");
      const section = make("section", "footnotes", list);
      section.ariaLabel = say("footnotes");
      return { element: section, inside: list };
    }
    case Kind.Footnote:
      return footnote(first, second, look);
    case Kind.Link:
      return flat(link(look.address(cursor.text(0)), cursor.text(1)));
    default:
      return flat(document.createElement(NAMES[cursor.kind] ?? "div"));
  }
}

function callout(kind: string): Frame {
  const box = make("div", `callout callout-${kind}`, make("p", "callout-title", say(kind)));
  box.setAttribute("role", "note");
  return flat(box);
}

function code(language: string): Frame {
  const inside = make("code", language === "" ? "" : `language-${language}`);
  const element = make("pre", "", inside);
  // What scrolls is reached with the keyboard.
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.ariaLabel = language === "" ? say("code") : `${say("code")}, ${language}`;
  return { element, inside };
}

function table(className: string): Frame {
  const body = make("tbody", "");
  const element = make("div", "table-scroll", make("table", className, body));
  return { element, inside: body };
}

function footnote(number: number, references: number, look: Look): Frame {
  const item = make("li", "");
  item.id = look.id(`fn:${number}`);
  const end = () => {
    const last = item.lastElementChild;
    // A footnote that is referred to a thousand times needs no thousand ways back.
    for (let nth = 1; nth <= Math.min(references, 9); nth += 1) {
      const back = link(`#${referenceName(number, nth)}`, say("back"));
      back.textContent = "↩";
      back.ariaLabel = say("back");
      back.setAttribute("role", "doc-backlink");
      (last?.tagName === "P" ? last : item).append(" ", back);
    }
  };
  return { element: item, inside: item, end };
}

function task(isDone: boolean): HTMLInputElement {
  const box = document.createElement("input");
  box.type = "checkbox";
  // A box that is disabled is grey in whatever colour; nobody can tick this one either (`prose.css`).
  box.ariaDisabled = "true";
  box.tabIndex = -1;
  box.addEventListener("click", (event) => event.preventDefault());
  // The attribute too, which a copy of the element takes along.
  box.defaultChecked = isDone;
  box.ariaLabel = say(isDone ? "task-done" : "task-open");
  return box;
}

function referenceName(number: number, nth: number): string {
  return nth === 1 ? `fnref:${number}` : `fnref:${number}:${nth}`;
}

export function flat(element: HTMLElement): Frame {
  return { element, inside: element };
}

export function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}
