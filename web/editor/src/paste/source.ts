// What the converter reads of HTML: a node of a document, whoever parsed it.

export interface Source {
  nodeType: number;
  nodeName: string;
  nodeValue: string | null;
  childNodes: Iterable<Source>;
  getAttribute?(name: string): string | null;
}

/** Holds no words of the text. */
const SILENT = new Set(["SCRIPT", "STYLE", "TEMPLATE", "HEAD", "META", "TITLE", "LINK", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH", "SELECT", "TEXTAREA", "BUTTON", "COLGROUP", "XML"]);

const TEXT = 3;
const ELEMENT = 1;

export function isText(node: Source): boolean {
  return node.nodeType === TEXT;
}

/** Its children, without what is not text and without comments. */
export function children(node: Source): Source[] {
  return [...node.childNodes].filter((child) => isText(child) || (child.nodeType === ELEMENT && !isSilent(child)));
}

function isSilent(node: Source): boolean {
  // Word writes the marks of items into the text, and says that they are not text.
  return SILENT.has(nameOf(node)) || /display:\s*none|mso-list:\s*Ignore/i.test(styleOf(node));
}

export function nameOf(node: Source): string {
  return node.nodeName.toUpperCase();
}

export function attribute(node: Source, name: string): string {
  return node.getAttribute?.(name) ?? "";
}

export function styleOf(node: Source): string {
  return attribute(node, "style");
}

/** All words within, as they are. */
export function textOf(node: Source): string {
  if (isText(node)) return node.nodeValue ?? "";
  if (nameOf(node) === "BR") return "\n";
  return children(node).map(textOf).join("");
}
