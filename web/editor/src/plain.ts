// The text in a field of the kind that every browser and every screen reader has known for decades. The editor stays behind it and holds
// the text: what is typed into the field becomes its smallest change, and what changes in the editor is put into the field.

import { EditorSelection } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import type { Composition } from "./composition.ts";
import { heightOf, lineOf, offsetAt, offsetAtTop } from "./field.ts";
import { BESIDE_PX, type Box, type Sight } from "./people/sight.ts";
import { bringToTop } from "./reading.ts";
import { difference } from "./splice.ts";

/** Fields make every carriage return a line feed; drawn as its sign it keeps its place, and its byte. */
const RETURN = /\r/g;
const RETURN_SIGN = "\u240D";

/** A stretch of the text before, and what is there now. */
interface Piece {
  from: number;
  to: number;
  insert: string;
}

/** What the field asks for that is not text. */
export interface PlainHost {
  undo(): void;
  redo(): void;
  focused(anchor: number, head: number): void;
  blurred(): void;
}

export class PlainField implements Sight {
  private readonly field = document.createElement("textarea");
  /** What the field shows. */
  private text = "";

  constructor(
    private readonly view: EditorView,
    private readonly host: PlainHost,
    composition: Composition,
    label: string,
    private readonly hint: string,
  ) {
    const { field } = this;
    field.className = "plain-field";
    field.spellcheck = true;
    field.autocapitalize = "sentences";
    field.setAttribute("aria-label", label);
    field.dataset["testid"] = "editor-plain";
    field.hidden = true;
    field.addEventListener("input", (event) => this.take(event instanceof InputEvent ? event.inputType : ""));
    field.addEventListener("beforeinput", (event) => this.ask(event, { historyUndo: "undo", historyRedo: "redo" }[event.inputType]));
    field.addEventListener("keydown", (event) => this.ask(event, asked(event)));
    for (const name of ["selectionchange", "select", "keyup", "pointerup"]) field.addEventListener(name, () => this.tellSelection());
    field.addEventListener("focus", () => host.focused(field.selectionStart, field.selectionEnd));
    field.addEventListener("blur", () => host.blurred());
    composition.watch(field);
    view.dom.after(field);
  }

  get isShown(): boolean {
    return !this.field.hidden;
  }

  /** The offset of the first text in view; none while the field is not seen. */
  get top(): number | null {
    return this.isShown ? offsetAtTop(this.field) : null;
  }

  get hasFocus(): boolean {
    return this.isShown && document.activeElement === this.field;
  }

  /** Takes the editor's place, with the line of this offset at the top. */
  enter(top: number): void {
    if (this.isShown) return;
    const { view, field } = this;
    const hadFocus = view.hasFocus;
    this.text = shownText(view.state.doc.toString());
    field.value = this.text;
    this.lock(view.state.readOnly);
    field.hidden = false;
    view.dom.hidden = true;
    this.select();
    this.scrollTo(top);
    if (hadFocus) field.focus({ preventScroll: true });
  }

  /** Gives the editor its place back. */
  leave(): void {
    if (!this.isShown) return;
    const { view, field, hasFocus } = this;
    const top = offsetAtTop(field);
    view.dom.hidden = false;
    field.hidden = true;
    field.value = this.text = "";
    if (top !== null) bringToTop(view, Math.min(top, view.state.doc.length));
    if (hasFocus) view.focus();
  }

  focus(): void {
    this.field.focus();
  }

  get scroller(): HTMLElement {
    return this.field;
  }

  range(inset: number): { from: number; to: number } | null {
    const [from, to] = [offsetAt(this.field, "start", inset), offsetAt(this.field, "end", inset)];
    return from === null || to === null ? null : { from, to };
  }

  /** A field holds no marks, but lines in view are cheaply found. */
  beside(offset: number): Box | null {
    const line = lineOf(this.field, offset);
    const left = parseFloat(getComputedStyle(this.field).paddingInlineStart) - BESIDE_PX;
    return line && { ...line, left };
  }

  reveal(offset: number, behavior: ScrollBehavior): void {
    this.field.scrollTo({ top: Math.max(0, heightOf(this.field, offset) - this.field.clientHeight / 2), behavior });
  }

  /** Brings the line of an offset to the top. */
  scrollTo(offset: number): void {
    this.field.scrollTop = offset === 0 ? 0 : heightOf(this.field, offset);
  }

  /** Takes over what changed in the editor, whoever changed it. */
  update(update: ViewUpdate): void {
    if (!this.isShown) return;
    this.lock(update.state.readOnly);
    if (update.docChanged) this.change(update);
    if (update.docChanged || update.selectionSet) this.select();
  }

  destroy(): void {
    this.field.remove();
  }

  /** A text that has not come yet is locked, too: it is not said to be empty. */
  private lock(isLocked: boolean): void {
    this.field.readOnly = isLocked;
    this.field.placeholder = isLocked ? "" : this.hint;
  }

  private change(update: ViewUpdate): void {
    const { field } = this;
    const pieces: Piece[] = [];
    update.changes.iterChanges((from, to, _fromAfter, _toAfter, insert) => pieces.push({ from, to, insert: shownText(insert.toString()) }));
    const typed = field.value;
    this.text = spliced(this.text, pieces);
    if (this.text.length !== update.state.doc.length) this.text = shownText(update.state.doc.toString());
    if (typed === this.text) return;
    this.show(pieces);
  }

  /** What others write above must not move what is read: the line that one writes in, and else the first one in view. */
  private show(pieces: readonly Piece[]): void {
    const { field } = this;
    const top = offsetAtTop(field) ?? 0;
    const head = field.selectionDirection === "backward" ? field.selectionStart : field.selectionEnd;
    const range = this.hasFocus ? this.range(0) : null;
    const read = range !== null && head >= range.from && head <= range.to ? head : top;
    const above = pieces.filter(({ from }) => from < read);
    const [scrolled, height] = [field.scrollTop, above.length === 0 ? 0 : field.scrollHeight];
    // By what is above alone, when there is also something below.
    if (above.length > 0 && above.length < pieces.length) field.value = spliced(field.value, above);
    else field.value = this.text;
    const by = above.length === 0 ? 0 : field.scrollHeight - height;
    if (field.value !== this.text) field.value = this.text;
    field.scrollTop = scrolled + by;
  }

  private select(): void {
    const { anchor, head, from, to } = this.view.state.selection.main;
    const { field } = this;
    if (field.selectionStart !== from || field.selectionEnd !== to) field.setSelectionRange(from, to, head < anchor ? "backward" : "forward");
  }

  private take(inputType: string): void {
    const change = difference(this.text, this.field.value);
    if (change === null) return;
    this.view.dispatch({ changes: change, selection: this.selection(), userEvent: userEvent(inputType) });
  }

  private tellSelection(): void {
    const selection = this.selection();
    // While something is typed the field is ahead of the editor.
    if (!this.isShown || this.field.value.length !== this.text.length || selection.main.eq(this.view.state.selection.main)) return;
    this.view.dispatch({ selection, userEvent: "select" });
  }

  private selection(): EditorSelection {
    const { selectionStart, selectionEnd, selectionDirection } = this.field;
    const isBackward = selectionDirection === "backward";
    return EditorSelection.single(isBackward ? selectionEnd : selectionStart, isBackward ? selectionStart : selectionEnd);
  }

  /** Only the replica knows whose edit is whose: the field's own memory of them is never used. */
  private ask(event: Event, what: string | undefined): void {
    if (what !== "undo" && what !== "redo") return;
    event.preventDefault();
    this.host[what]();
  }
}

/** What the browser calls it, in the words of CodeMirror; what is typed into a field opens no menus in the text behind it. */
function userEvent(inputType: string): string {
  if (/^insert(Text|LineBreak|CompositionText)$/.test(inputType)) return "input.field";
  const forward = inputType.endsWith("Forward") ? "delete.forward" : "delete.backward";
  return /^delete(?!By)/.test(inputType) ? forward : "input";
}

/** The pieces are in their order. */
function spliced(text: string, pieces: readonly Piece[]): string {
  return pieces.reduceRight((whole, { from, to, insert }) => whole.slice(0, from) + insert + whole.slice(to), text);
}

function shownText(text: string): string {
  return text.replace(RETURN, RETURN_SIGN);
}

function asked(event: KeyboardEvent): string | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  const key = event.key.toLowerCase();
  if (key === "y") return "redo";
  return key !== "z" ? undefined : event.shiftKey ? "redo" : "undo";
}
