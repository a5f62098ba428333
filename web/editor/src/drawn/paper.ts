// What the program that sets formulas believes to be a document. It makes elements, and what it has made is plain lists: another thread can have
// them, and decides by itself which elements it makes of them.

/** A text, or an element: its name, attributes, styles, and what is in it. */
export type Tree = string | [name: string, attributes: Record<string, string>, styles: Record<string, string>, inside: Tree[]];

/** More make no page better, and slower for everybody who looks at it. */
export const NODES_MAX = 6_000;

let left = NODES_MAX;

/** From here on there is room for so many again. */
export function turnOver(): void {
  left = NODES_MAX;
}

export class Sheet {
  readonly attributes: Record<string, string> = {};
  readonly style: Record<string, string> = {};
  readonly children: (Sheet | string)[] = [];

  constructor(readonly name: string) {
    left -= 1;
    if (left < 0) throw new RangeError("no room is left");
  }

  set className(names: string) {
    this.attributes["class"] = names;
  }

  set textContent(text: string) {
    this.children.splice(0, this.children.length, ...(text === "" ? [] : [text]));
  }

  setAttribute(name: string, value: string): void {
    if (name !== "style") this.attributes[name] = value;
    else for (const rule of value.split(";")) this.#rule(rule);
  }

  appendChild(child: Sheet | string): void {
    if (child instanceof Sheet && child.name === "") this.children.push(...child.children);
    else this.children.push(child);
  }

  /** Pages allow no styles in attributes. */
  #rule(rule: string): void {
    const [name = "", value = ""] = rule.split(":");
    this.style[name.trim().replace(/-[a-z]/g, (letter) => letter.slice(1).toUpperCase())] = value.trim();
  }

  tree(): Tree {
    return [this.name, this.attributes, this.style, this.children.map((child) => (typeof child === "string" ? child : child.tree()))];
  }
}

const paper = {
  compatMode: "CSS1Compat",
  createElement: (name: string) => new Sheet(name),
  createElementNS: (_: string, name: string) => new Sheet(name),
  createDocumentFragment: () => new Sheet(""),
  createTextNode: (text: string) => text,
};

// Before whoever believes it is loaded.
Object.assign(globalThis, { document: paper });
