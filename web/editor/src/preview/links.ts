// Links and images: the words stand for the address, which a tooltip tells and Ctrl or Cmd with a click opens.

import type { Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { leadsTo, readable } from "../attach/named.ts";
import { fetched } from "../attach/pictures.ts";
import { follow } from "../follow.ts";
import { layAnew } from "../laid.ts";
import { namedAt } from "./names.ts";
import type { Draw, Page } from "./page.ts";
import { sized } from "./size.ts";
import { say } from "./words.ts";

const SCHEMES = /^(https?|mailto):$/;

/** The address that a link's text means; none when it is not one to be opened. */
export function address(text: string, base: string): URL | null {
  const bare = text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text;
  const whole = /^www\./i.test(bare) ? `http://${bare}` : /^[^\s:/@]+@[^\s:/@]+$/.test(bare) ? `mailto:${bare}` : bare;
  const named = leadsTo(whole);
  if (!URL.canParse(named, base)) return null;
  const found = new URL(named, base);
  return SCHEMES.test(found.protocol) ? found : null;
}

function base(): string {
  return globalThis.location?.href ?? "http://localhost/";
}

function anchor(page: Page, from: number, to: number, text: string): boolean {
  const found = address(text, base());
  if (found === null) return false;
  const attributes = { title: say("link-title", { address: readable(found) }), "data-href": found.href, role: "link" };
  page.mark(from, to, Decoration.mark({ class: "md-anchor", attributes }));
  return true;
}

const link: Draw = (node, page) => {
  const [open, close] = node.node.getChildren("LinkMark");
  const url = node.node.getChild("URL");
  if (open === undefined || close === undefined || url === null) return;
  // What leads nowhere is seen as it is.
  if (!anchor(page, open.to, close.from, page.slice(url.from, url.to))) return;
  if (open.to === close.from || page.touches(node.from, node.to)) return;
  page.hide(open.from, open.to);
  page.hide(close.from, node.to);
};

const autolink: Draw = (node, page) => {
  if (page.touches(node.from, node.to)) return;
  for (const mark of node.node.getChildren("LinkMark")) page.hide(mark.from, mark.to);
};

/** Addresses that stand in the text by themselves. */
const bare: Draw = (node, page) => {
  const parent = node.node.parent?.name;
  if (parent === "Link" || parent === "Image" || parent === "LinkReference") return;
  anchor(page, node.from, node.to, page.slice(node.from, node.to));
};

class Picture extends WidgetType {
  constructor(
    private readonly address: string,
    private readonly alt: string,
    private readonly isOwn: boolean,
    private readonly size: readonly (number | null)[],
  ) {
    super();
  }

  override eq(other: Picture): boolean {
    return other.address === this.address && other.alt === this.alt && String(other.size) === String(this.size);
  }

  override toDOM(view: EditorView): HTMLElement {
    if (!this.isOwn) return this.named();
    const picture = document.createElement("img");
    picture.className = "md-picture";
    picture.alt = this.alt;
    const [width, height] = this.size;
    if (width != null) picture.width = width;
    if (height != null) picture.height = height;
    picture.decoding = "async";
    // Only now is it known how high it is.
    picture.addEventListener("load", () => layAnew(view));
    return fetched(picture, this.address, () => this.named());
  }

  override ignoreEvent(): boolean {
    return false;
  }

  /** The page's policy lets nothing be fetched from elsewhere, which would tell others who reads. */
  private named(): HTMLElement {
    const name = document.createElement("span");
    name.className = "md-picture-elsewhere md-anchor";
    name.dataset["href"] = this.address;
    name.title = say("link-title", { address: readable(new URL(this.address)) });
    name.textContent = this.alt || this.address;
    return name;
  }
}

const image: Draw = (node, page) => {
  const [open, close] = node.node.getChildren("LinkMark");
  const url = node.node.getChild("URL");
  if (open === undefined || close === undefined || url === null) return;
  const found = address(page.slice(url.from, url.to), base());
  if (found === null || page.touches(node.from, node.to)) return;
  const isOwn = found.origin === globalThis.location?.origin;
  const { words, size } = sized(page.slice(open.to, close.from));
  page.replace(node.from, node.to, new Picture(found.href, words, isOwn, size));
  return false;
};

/** A name between brackets: the words stand for it, or the picture that it is of. */
const name: Draw = (node, page) => {
  const named = namedAt(page.slice(node.from, node.to));
  const found = named === null ? null : address(named.url, base());
  if (named === null || found === null) return false;
  const isTouched = page.touches(node.from, node.to);
  if (named.picture !== null) {
    const isOwn = found.origin === globalThis.location?.origin;
    if (!isTouched) page.replace(node.from, node.to, new Picture(found.href, named.words, isOwn, named.picture));
    return false;
  }
  anchor(page, node.from + named.from, node.from + named.to, named.url);
  if (isTouched) return false;
  page.hide(node.from, node.from + named.from);
  page.hide(node.from + named.to, node.to);
  return false;
};

/** A click with Ctrl or Cmd opens a link, and so does every click where nothing can be written. */
export function linksOpen(): Extension {
  return EditorView.domEventHandlers({ click: (event, view) => openLink(view, event) });
}

export function openLink(view: EditorView, event: MouseEvent): boolean {
  if (!(event.ctrlKey || event.metaKey || view.state.readOnly) || !(event.target instanceof Element)) return false;
  const href = event.target.closest<HTMLElement>("[data-href]")?.dataset["href"];
  if (href === undefined) return false;
  follow(view, href);
  event.preventDefault();
  return true;
}

export const links: Readonly<Record<string, Draw>> = { Link: link, Autolink: autolink, URL: bare, Image: image, NameLink: name, NameEmbed: name };
