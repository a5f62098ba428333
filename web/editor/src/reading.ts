// Turns the editor to the face that is read, and back to one in which text is written, at the same place. What makes the page is a part of its
// own (`read.ts`), which is loaded when somebody first reads.

import { EditorView, type ViewUpdate } from "@codemirror/view";
import type { Sight } from "./people/sight.ts";
import type { ReadFace } from "./read.ts";

export class Reading {
  #face: ReadFace | undefined;
  #isWanted = false;
  /** Where to, once there is text. */
  #place = 0;

  constructor(
    private readonly view: EditorView,
    private readonly label: string,
    /** Told whenever something may stand elsewhere on the page. */
    private readonly laid: () => void,
  ) {}

  /** Whether the page is what is seen, or will be as soon as it has come. */
  get isShown(): boolean {
    return this.#isWanted;
  }

  /** The offset of the first text in view; none while the page is not seen. */
  get top(): number | null {
    return this.#face?.top() ?? null;
  }

  /** Takes the editor's place, with the text of this offset at the top. */
  enter(top: number): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#place = top;
    void this.#open();
  }

  /** Gives the editor its place back. */
  leave(): void {
    this.#isWanted = false;
    const face = this.#face;
    if (face === undefined) return;
    const { view } = this;
    const [top, hasFocus] = [Math.min(face.top(), view.state.doc.length), face.hasFocus];
    this.#close();
    bringToTop(view, top);
    if (hasFocus) view.focus();
  }

  update(update: ViewUpdate): void {
    if (!update.docChanged || this.#face === undefined) return;
    const isFirst = update.startState.doc.length === 0;
    this.#face.changed(update.changes.desc, isFirst);
    if (isFirst) this.#begin();
  }

  /** Brings the text of an offset to the top. */
  scrollTo(offset: number): void {
    this.#place = offset;
    this.#face?.begin(offset);
  }

  get hasFocus(): boolean {
    return this.#face?.hasFocus === true;
  }

  /** None while the page is not seen. */
  get sight(): Sight | undefined {
    return this.#face;
  }

  focus(): void {
    this.#face?.focus();
  }

  /** Prints the page, whatever is seen of it. */
  async print(title: string): Promise<void> {
    const { printPage, readDocument } = await load();
    await printPage(readDocument(this.view.state.doc.toString()), title);
  }

  destroy(): void {
    this.#isWanted = false;
    this.#close();
  }

  async #open(): Promise<void> {
    const { view } = this;
    let loaded: Awaited<ReturnType<typeof load>>;
    try {
      loaded = await load();
    } catch (error) {
      // The text is still there, in the editor.
      console.error(error);
      this.#isWanted = false;
      return;
    }
    if (!this.#isWanted || this.#face !== undefined) return;
    const hadFocus = view.hasFocus;
    this.#face = new loaded.ReadFace(view.dom, this.label, loaded.readDocument, () => view.state.doc.toString(), this.laid);
    view.dom.classList.add("is-behind");
    if (view.state.doc.length > 0) this.#begin();
    if (hadFocus) this.#face.focus();
  }

  #begin(): void {
    if (this.#face?.goToNamed() !== true) this.#face?.begin(this.#place);
  }

  #close(): void {
    this.#face?.destroy();
    this.#face = undefined;
    this.view.dom.classList.remove("is-behind");
  }
}

async function load() {
  const [{ ReadFace }, { printPage }, prose] = await Promise.all([import("./read.ts"), import("./read/print.ts"), import("./prose.ts")]);
  await prose.start();
  return { ReadFace, printPage, readDocument: prose.readDocument };
}

/** Brings the text of an offset to the top of an editor; with the first of it, what the page has above. */
export function bringToTop(view: EditorView, offset: number): void {
  const yMargin = offset === 0 ? view.documentPadding.top : 0;
  view.dispatch({ effects: EditorView.scrollIntoView(offset, { y: "start", yMargin }) });
}

/** The first text in view of an editor. */
export function topOf(view: EditorView): number {
  const height = view.scrollDOM.getBoundingClientRect().top - view.documentTop;
  if (view.state.doc.length === 0 || height <= 0) return 0;
  const block = view.lineBlockAtHeight(height);
  const part = block.height > 0 ? (height - block.top) / block.height : 0;
  return Math.round(block.from + Math.max(0, Math.min(1, part)) * block.length);
}
