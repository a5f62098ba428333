// The editor: CodeMirror as a mirror of the replica that the tab's program holds. It knows text, splices and carets, and nothing of the network.
//
// Three kinds of transactions pass: the person's own, which are told to the host as splices; those that the host asks to be shown, which are
// not told back; and those that change no text.

import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { type Annotation, type ChangeSpec, Compartment, EditorSelection, EditorState, type Extension, type StateEffect, type Transaction } from "@codemirror/state";
import { dropCursor, EditorView, highlightSpecialChars, keymap, placeholder, type ViewUpdate } from "@codemirror/view";
import { adoptStyles } from "./adopt.ts";
import { completing, type Known } from "./complete.ts";
import { attachments, pickFiles } from "./attach.ts";
import { composition } from "./composition.ts";
import { keepPlace } from "./choices.ts";
import { keysOfDeeds, type Named, named, tellDeeds } from "./deeds.ts";
import { make } from "./dom.ts";
import { type Face, faceExtension, isFace } from "./faces.ts";
import { finding } from "./find.ts";
import { folding } from "./fold.ts";
import { following } from "./follow.ts";
import { ownCaret } from "./laid.ts";
import { listKeys } from "./lists.ts";
import { look } from "./look.ts";
import { markdownLanguage } from "./markdown.ts";
import { pasting } from "./paste.ts";
import { phrases } from "./phrases.ts";
import { peopleCarets, setPeople } from "./people.ts";
import { ofOthers, Others } from "./people/others.ts";
import { type Sight, sightOf } from "./people/sight.ts";
import { holdingLine } from "./people/line.ts";
import { PlainField } from "./plain.ts";
import { focusKnown } from "./preview/touch.ts";
import { keyMode, writingModes } from "./modes.ts";
import { Reading, topOf } from "./reading.ts";
import { isShown, shown } from "./shown.ts";
import { difference, pack, textHash, unpack } from "./splice.ts";
import { Steps } from "./steps.ts";
import { steadily } from "./steady.ts";
import { keepPairs } from "./surrogate.ts";
import { toolbar } from "./toolbar.ts";

/** What the tab's program hears from an editor. */
export interface Host {
  /** The person changed the text; false when the change was not taken. */
  edited(triples: Uint32Array, inserted: string, anchor: number, head: number): boolean;
  /** What comes next is taken back by itself. */
  endedStep(): void;
  /** The person moved their selection. */
  selected(anchor: number, head: number): void;
  /** The selection has other offsets now, since text of others came before it. */
  shifted(anchor: number, head: number): void;
  blurred(): void;
  undo(): void;
  redo(): void;
  /** A composition ended. */
  settled(): void;
  /** Whose caret is kept in view from now on; nobody's when there is no peer. */
  followed(peer: number | undefined): void;
  /** The text as it should be. */
  text(): string;
  /** Which document it is of. */
  document(): string;
  /** What the account's store on this device is called. */
  device(): string;
}

adoptStyles();


export class Editor {
  private readonly view: EditorView;
  private readonly locked = new Compartment();
  private readonly face = new Compartment();
  private readonly compositionState = composition(() => this.settled());
  private readonly steps = new Steps();
  private readonly reading: Reading;
  private readonly plain: PlainField;
  private readonly others: Others;
  private readonly deeds: Named;
  private readonly stops: (() => void)[] = [];
  private isLocked = true;
  private known: Known | null = null;

  constructor(
    parent: HTMLElement,
    private readonly host: Host,
    label: string,
    private readonly hint: string,
    face: string,
  ) {
    this.deeds = named({
      undo: () => host.undo(),
      redo: () => host.redo(),
      file: (view) => pickFiles(view, host),
      download: (format) => downloadAs(host.document(), format),
      print: () => void this.print(document.title.replace(/ · Inkling$/, "")),
      nextPerson: () => this.others.next(),
    });
    const extensions = this.extensions(label, hint, isFace(face) ? face : "write");
    this.view = new EditorView({ parent, state: EditorState.create({ extensions }), dispatchTransactions: steadily() });
    this.reading = new Reading(this.view, label, () => this.others.look());
    if (face === "read") this.reading.enter(0);
    const plainHost = {
      undo: () => host.undo(),
      redo: () => host.redo(),
      focused: (anchor: number, head: number) => host.selected(anchor, head),
      blurred: () => host.blurred(),
    };
    this.plain = new PlainField(this.view, plainHost, this.compositionState, label, hint);
    if (face === "plain") this.plain.enter(0);
    this.others = new Others(parent, this.view, {
      sight: () => this.sight(),
      hasFocus: () => this.hasFocus() || this.reading.hasFocus,
      focus: () => this.focus(),
      followed: (peer) => host.followed(peer),
    });
    this.stops.push(
      tellDeeds(this.view, this.deeds, () => !this.plain.isShown && !this.reading.isShown),
      keepPlace((change) => this.keepTop(change)),
    );
  }

  /** The reader chose other looks: what they read stays where it is. */
  private keepTop(change: () => void): void {
    const field = this.plain.top;
    const page = this.reading.top;
    const snapshot = this.view.scrollSnapshot();
    change();
    if (field !== null) this.plain.scrollTo(field);
    else if (page !== null) this.reading.scrollTo(page);
    else this.view.dispatch({ effects: snapshot });
  }

  /** Shows the same text in another way: text, selection and focus stay, and so does the line at the top. */
  setFace(name: string): void {
    if (!isFace(name)) return;
    const reconfigured = this.face.reconfigure(this.faceOf(name));
    const isBehind = this.plain.isShown || this.reading.isShown;
    // Before the editor draws anew, and does not know yet how high that is.
    const top = this.plain.top ?? this.reading.top ?? topOf(this.view);
    this.view.dispatch({ effects: isBehind ? reconfigured : [reconfigured, this.view.scrollSnapshot()] });
    if (name !== "plain") this.plain.leave();
    if (name !== "read") this.reading.leave();
    if (name === "plain") this.plain.enter(top);
    if (name === "read") this.reading.enter(top);
    this.others.look();
  }

  print(title: string): Promise<void> {
    return this.reading.print(title);
  }

  /**
   * Shows text of others, and these carets and no others: triples of peer, anchor and head in the text that is shown then, with -1 for a caret that stays
   * where it was. Both are one transaction, since the editor lays the text out for each.
   */
  show(triples: Uint32Array, inserted: string, positions: Int32Array, classes: string[], names: string[]): void {
    const people = setPeople(positions, classes, names);
    if (triples.length === 0) this.view.dispatch({ effects: people });
    else this.dispatchShown(unpack(triples, inserted), { annotations: ofOthers.of(true), effects: people });
  }

  /** Shows what the person has taken back or brought back, and where they are then. */
  takeBack(triples: Uint32Array, inserted: string, anchor: number, head: number): void {
    this.others.follow(undefined);
    this.steps.end();
    const changes = this.view.state.changes(unpack(triples, inserted));
    const within = (at: number) => Math.min(at, changes.newLength);
    this.view.dispatch({
      changes,
      selection: EditorSelection.single(within(anchor), within(head)),
      annotations: shown.of(true),
      scrollIntoView: true,
    });
    if (this.plain.isShown) this.plain.reveal(within(head), "auto");
  }

  /** Shows this text, changing as little as possible, so that caret and scroll position survive. */
  replace(text: string): void {
    const change = difference(this.view.state.doc.toString(), text);
    if (change !== null) this.dispatchShown([change]);
  }

  /** Gives the menus what they list. */
  setKnown(known: Known): void {
    this.known = known;
  }

  setReadOnly(isLocked: boolean): void {
    if (isLocked === this.isLocked) return;
    this.isLocked = isLocked;
    const turn = () => this.view.dispatch({ effects: this.locked.reconfigure(lock(this.isLocked, this.hint)) });
    // A text that has just come is drawn first: with all that comes when it may be changed, both would be one long task.
    if (isLocked) turn();
    else setTimeout(turn);
  }

  hash(): number {
    return textHash(this.view.state.doc.iter());
  }

  isComposing(): boolean {
    return this.compositionState.isActive();
  }

  /** Shows where somebody is. */
  goTo(peer: number): void {
    this.others.goTo(peer);
  }

  /** Keeps somebody's caret in view; nobody's when there is no peer. */
  follow(peer: number | undefined): void {
    this.others.follow(peer);
  }

  focus(): void {
    if (this.reading.isShown) this.reading.focus();
    else if (this.plain.isShown) this.plain.focus();
    else this.view.focus();
  }

  destroy(): void {
    for (const stop of this.stops) stop();
    this.compositionState.stop();
    this.others.destroy();
    this.reading.destroy();
    this.plain.destroy();
    this.view.destroy();
  }

  private faceOf(face: Face): Extension {
    return faceExtension(face, {
      isComposing: () => this.isComposing(),
      watch: (field) => this.compositionState.watch(field),
      undo: () => this.host.undo(),
      redo: () => this.host.redo(),
      left: () => this.host.blurred(),
    });
  }

  private settled(): void {
    // What could not be drawn anew under the composition is drawn now.
    this.view.dispatch({});
    this.host.settled();
  }

  private dispatchShown(spec: ChangeSpec[], told: { annotations?: Annotation<true>; effects?: StateEffect<unknown> } = {}): void {
    const changes = this.view.state.changes(spec);
    const annotations = [shown.of(true), ...(told.annotations === undefined ? [] : [told.annotations])];
    holdingLine(this.view, changes, () => this.view.dispatch({ changes, annotations, effects: told.effects ?? [] }));
  }

  /** The face that somebody looks at. */
  private sight(): Sight {
    if (this.plain.isShown) return this.plain;
    return this.reading.sight ?? sightOf(this.view);
  }

  private hasFocus(): boolean {
    const { contentDOM } = this.view;
    // Fields within the text are part of it.
    return this.view.hasFocus || this.plain.hasFocus || (document.hasFocus() && contentDOM.contains(document.activeElement));
  }

  private extensions(label: string, hint: string, face: Face): Extension[] {
    const undo = () => (this.host.undo(), true);
    const redo = () => (this.host.redo(), true);
    const around = { isComposing: () => this.isComposing(), undo, redo, endStep: () => this.steps.end() };
    return [
      keyMode(around),
      EditorView.domEventHandlers({
        beforeinput: (event) => {
          if (event.inputType === "historyUndo") return undo();
          if (event.inputType === "historyRedo") return redo();
          return false;
        },
      }),
      EditorState.lineSeparator.of("\n"),
      EditorState.tabSize.of(4),
      EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
      keepPairs((transaction) => isShown(transaction)),
      this.locked.of(lock(true, hint)),
      look(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": label,
        autocapitalize: "sentences",
        autocorrect: "on",
        spellcheck: "true",
        "data-testid": "editor-text",
        // Reached by Tab without it too; checkers of accessibility only count what says so.
        tabindex: "0",
      }),
      EditorView.editorAttributes.of({ class: "editor-view" }),
      highlightSpecialChars(),
      ownCaret(),
      dropCursor(),
      toolbar({ undo, redo, file: (view) => pickFiles(view, this.host) }),
      phrases(),
      folding(),
      finding(),
      highlightSelectionMatches({ minSelectionLength: 3 }),
      completing(() => this.known),
      listKeys(),
      pasting(),
      markdownLanguage(),
      focusKnown(),
      this.face.of(this.faceOf(face)),
      following(),
      peopleCarets(),
      writingModes(around),
      attachments(this.host),
      this.compositionState.extension,
      // First of them, so that undo is never CodeMirror's: the replica knows whose edit is whose.
      keymap.of([...keysOfDeeds(this.deeds), ...searchKeymap, ...defaultKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => this.tell(update)),
    ];
  }

  private tell(update: ViewUpdate): void {
    // First, since what is refused below is one more update within this one.
    this.plain.update(update);
    this.reading.update(update);
    this.others.update(update);
    for (const transaction of update.transactions) {
      if (transaction.docChanged && !isShown(transaction) && !this.edited(transaction)) {
        // The text the host has is the one that counts; what came after the refused change goes with it.
        this.replace(this.host.text());
        break;
      }
    }
    const hasFocus = this.hasFocus();
    if (update.focusChanged && !hasFocus) {
      this.host.blurred();
    } else if (hasFocus) {
      const { anchor, head } = this.view.state.selection.main;
      const isOwn = update.focusChanged || update.transactions.some(isOwnMove);
      if (isOwn) this.host.selected(anchor, head);
      else if (update.docChanged) this.host.shifted(anchor, head);
    }
  }

  private edited(transaction: Transaction): boolean {
    if (this.steps.begins(transaction, this.isComposing())) this.host.endedStep();
    const { triples, inserted } = pack(transaction.changes);
    const before = transaction.startState.selection.main;
    return this.host.edited(triples, inserted, before.anchor, before.head);
  }
}

/** Others learn of a caret when its person moves it; what others write moves it for everybody alike. */
function isOwnMove(transaction: Transaction): boolean {
  return transaction.selection !== undefined || (transaction.docChanged && !isShown(transaction));
}

/** What the address answers says how the file is called. */
function downloadAs(id: string, format: "md" | "html"): void {
  const address = `/api/v1/documents/${id}/export?format=${format}`;
  if (format === "html") void import("./exported.ts").then(({ downloadPage }) => downloadPage(address));
  else make("a", { href: address, download: "" }).click();
}

/** Makes an editor that is empty and locked. */
export function createEditor(parent: HTMLElement, host: Host, label: string, hint: string, face: string): Editor {
  return new Editor(parent, host, label, hint, face);
}

/** Locked text can be selected, searched and reached with the keyboard, yet opens no keyboard on a phone. One that has not come yet is locked, too: it is not said to be empty. */
function lock(isLocked: boolean, hint: string): Extension {
  if (!isLocked) return placeholder(hint);
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
  ];
}
