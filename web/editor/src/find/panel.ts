// The bar of finding and replacing: what is looked for and how, what was found, and what it becomes.

import { closeSearchPanel, findNext, findPrevious, getSearchQuery, replaceAll, replaceNext, SearchQuery, setSearchQuery } from "@codemirror/search";
import { type Command, type EditorView, type Panel, runScopeHandlers, type ViewUpdate } from "@codemirror/view";
import { icon, make } from "../dom.ts";
import { isFocused, tellFocus } from "../preview/touch.ts";
import { OUTLINES } from "../toolbar/outlines.ts";
import { say } from "../toolbar/words.ts";
import { Told } from "./told.ts";

export class FindPanel implements Panel {
  readonly top = true;
  readonly dom: HTMLElement;
  private query: SearchQuery;
  private readonly told: Told;
  private readonly search = field("search", say("find-words"));
  private readonly replace = field("replace", say("replace-by"));
  private readonly caseSensitive = toggle("case", say("find-case"), OUTLINES.letterCase);
  private readonly wholeWord = toggle("word", say("find-whole"), OUTLINES.wholeWord);
  private readonly regexp = toggle("re", say("find-pattern"), OUTLINES.pattern);
  private readonly replaceRow: HTMLElement;

  constructor(private readonly view: EditorView) {
    const { search, replace } = this;
    this.query = getSearchQuery(view.state);
    this.told = new Told(view);
    // By this the library knows which field to go to.
    search.setAttribute("main-field", "true");
    this.told.element.id = "find-count";
    search.setAttribute("aria-describedby", this.told.element.id);
    const toggles = [this.caseSensitive, this.wholeWord, this.regexp];
    const findRow = make(
      "div",
      { className: "find-row" },
      make("div", { className: "find-field" }, search, this.told.element, make("span", { className: "find-toggles" }, ...toggles.map(({ label }) => label))),
      make(
        "div",
        { className: "find-buttons" },
        this.iconButton("prev", say("find-previous"), OUTLINES.previous, findPrevious),
        this.iconButton("next", say("find-next"), OUTLINES.next, findNext),
        this.iconButton("close", say("close"), OUTLINES.close, closeSearchPanel),
      ),
    );
    this.replaceRow = make(
      "div",
      { className: "find-row", hidden: view.state.readOnly },
      make("div", { className: "find-field" }, replace),
      make("div", { className: "find-buttons" }, this.button("replace", say("replace-one"), replaceNext), this.button("replaceAll", say("replace-all"), replaceAll)),
    );
    this.dom = make("div", { className: "find-bar", role: "search", ariaLabel: say("find") }, findRow, this.replaceRow);
    this.dom.oninput = () => this.commit();
    this.dom.onkeydown = (event) => this.pressed(event);
    this.show();
    this.told.count();
  }

  mount(): void {
    this.search.focus();
    this.search.select();
    // Whoever comes by a menu was in the text for a moment only, and the editor would go on to tell that they are there.
    setTimeout(() => {
      const { view } = this;
      if (isFocused(view.state) !== view.hasFocus) view.dispatch({ effects: tellFocus(view.hasFocus) });
    });
  }

  update({ transactions, docChanged, selectionSet, state }: ViewUpdate): void {
    this.replaceRow.hidden = state.readOnly;
    const before = this.query;
    for (const { effects } of transactions) {
      for (const effect of effects) if (effect.is(setSearchQuery)) this.query = effect.value;
    }
    if (this.query !== before && !this.query.eq(this.asked())) this.show();
    if (!isSameSearch(before, this.query)) {
      this.tellFault();
      this.told.count();
    } else if (docChanged) this.told.changed();
    else if (selectionSet) this.told.tell();
  }

  destroy(): void {
    this.told.destroy();
  }

  /** What the fields ask for. */
  private asked(): SearchQuery {
    return new SearchQuery({
      search: this.search.value,
      replace: this.replace.value,
      caseSensitive: this.caseSensitive.box.checked,
      wholeWord: this.wholeWord.box.checked,
      regexp: this.regexp.box.checked,
    });
  }

  private commit(): void {
    const query = this.asked();
    if (!query.eq(this.query)) this.view.dispatch({ effects: setSearchQuery.of(query) });
  }

  /** The fields show what is asked by others, as by a selection that is looked for. */
  private show(): void {
    const { search, replace, caseSensitive, wholeWord, regexp } = this.query;
    this.search.value = search;
    this.replace.value = replace;
    this.caseSensitive.box.checked = caseSensitive;
    this.wholeWord.box.checked = wholeWord;
    this.regexp.box.checked = regexp;
    this.tellFault();
  }

  private tellFault(): void {
    this.search.ariaInvalid = String(this.query.search !== "" && !this.query.valid);
  }

  private pressed(event: KeyboardEvent): void {
    const { view } = this;
    const isEnter = event.key === "Enter" && !event.isComposing;
    if (runScopeHandlers(view, event, "search-panel")) event.preventDefault();
    else if (isEnter && event.target === this.search) {
      event.preventDefault();
      (event.shiftKey ? findPrevious : findNext)(view);
    } else if (isEnter && event.target === this.replace) {
      event.preventDefault();
      replaceNext(view);
    }
  }

  private button(name: string, label: string, run: Command): HTMLButtonElement {
    return make("button", { className: "button", type: "button", name, onclick: () => void run(this.view) }, label);
  }

  private iconButton(name: string, label: string, outline: string, run: Command): HTMLButtonElement {
    return make("button", { className: "button-icon", type: "button", name, title: label, ariaLabel: label, onclick: () => void run(this.view) }, icon(outline, 20));
  }
}

/** The same is found by both, whatever it becomes. */
function isSameSearch(one: SearchQuery, other: SearchQuery): boolean {
  return one.search === other.search && one.caseSensitive === other.caseSensitive && one.wholeWord === other.wholeWord && one.regexp === other.regexp;
}

function field(name: string, label: string): HTMLInputElement {
  return make("input", { className: "find-input", type: "text", name, placeholder: label, ariaLabel: label, autocomplete: "off", autocapitalize: "off", spellcheck: false });
}

/** A box to check that looks like a button that stays pressed. */
function toggle(name: string, label: string, outline: string): { label: HTMLElement; box: HTMLInputElement } {
  const box = make("input", { type: "checkbox", name, ariaLabel: label });
  return { box, label: make("label", { className: "find-toggle", title: label }, box, icon(outline, 16)) };
}
