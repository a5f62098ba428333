// A person at a browser: a context of their own, and what people do with the editor.
import { type Browser, type BrowserContext, type CDPSession, expect, type Locator, type Page } from "@playwright/test";
import type { Api } from "./api.ts";

declare global {
  interface Window {
    /** The text of the editor at each moment at which the screen said that it was saved. */
    savedTexts?: string[];
  }
}

/** What the editor has caught and told nobody but the console. */
export const failures: string[] = [];

/** How that begins. */
const EDITOR_FAILED = /^(?:CodeMirror plugin crashed|(?:Range|Type|Reference)?Error:)/;

export class Person {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly base: string,
  ) {}

  /** A browser that nobody has used; signed in when an account is given. */
  static async arrive(browser: Browser, base: string, account?: Api, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Person> {
    // What a worker answers, no test can cut; those about it are in `offline.test.ts`.
    const context = await browser.newContext({ baseURL: base, serviceWorkers: "block", ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => console.log(`error in a page: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && EDITOR_FAILED.test(message.text())) failures.push(message.text());
    });
    const person = new Person(context, page, base);
    if (account !== undefined) await person.signIn(account);
    return person;
  }

  /** As whoever has the account, without the form. */
  async signIn(account: Api): Promise<void> {
    const [name, ...value] = account.cookie.split("=");
    await this.context.addCookies([{ name: name ?? "", value: value.join("="), url: this.base, httpOnly: true }]);
  }

  /** The same person at another tab of their browser. */
  static at(page: Page, person: Pick<Person, "context" | "base">): Person {
    return new Person(person.context, page, person.base);
  }

  get editor(): Locator {
    return this.page.getByTestId("editor-text");
  }

  get saveState(): Locator {
    return this.page.getByTestId("save-state");
  }

  get carets(): Locator {
    return this.page.locator(".person-caret");
  }

  async openDocument(documentId: string): Promise<void> {
    await this.page.goto(`/documents/${documentId}`);
    await this.opened();
  }

  /** Until the document is there: before that the editor is empty and takes no key. */
  async opened(): Promise<void> {
    await expect(this.editor).toBeVisible();
    await expect(this.saveState).toHaveAttribute("data-state", /saved|read-only/);
  }

  /** Chooses how the text is shown, by the name of the face, and goes into it. */
  async turnTo(face: string): Promise<void> {
    await this.page.getByTestId("face").click();
    await this.page.locator(".menu-item").and(this.page.getByRole("button", { name: face, exact: true })).click();
    const place = this.page.getByTestId({ Plain: "editor-plain", Read: "read" }[face] ?? "editor-text");
    await expect(place).toBeVisible();
    await place.focus();
  }

  /** The source as the editor holds it, and as the field shows it where that is the face. */
  async sources(): Promise<string[]> {
    return this.page.evaluate(() => {
      // As `EditorView.findFromDOM` finds it.
      const content = document.querySelector(".cm-content") as unknown as { cmTile: { root: { view: { state: { doc: { toString(): string } } } } } };
      const field = document.querySelector<HTMLTextAreaElement>(".plain-field")!;
      return [content.cmTile.root.view.state.doc.toString(), ...(field.hidden ? [] : [field.value])];
    });
  }

  /** What the editor shows. For documents that fit the screen: the editor draws no more than that. */
  async text(): Promise<string> {
    const lines = await this.page.locator(".cm-line").evaluateAll((found) => found.map((line) => line.textContent ?? ""));
    return lines.join("\n");
  }

  async saved(): Promise<void> {
    await expect(this.saveState).toHaveAttribute("data-state", "saved");
  }

  /** Until the screen says that the device has everything that was typed. */
  async heldOnDevice(): Promise<void> {
    await expect(this.saveState).toHaveText(/on this device/);
    await this.page.waitForFunction(() => {
      const asked = new Event("beforeunload", { cancelable: true });
      return window.dispatchEvent(asked);
    });
  }

  /** Puts the caret at the end of the text. */
  async toEnd(): Promise<void> {
    await this.editor.focus();
    await this.page.keyboard.press("Control+End");
  }

  async toStart(): Promise<void> {
    await this.editor.focus();
    await this.page.keyboard.press("Control+Home");
  }

  /** Types as a hand does: key by key. */
  async type(text: string, delay = 5): Promise<void> {
    await this.page.keyboard.type(text, { delay });
  }

  /** Types as fast as the page takes it: no key waits until the one before has been seen. Each is an edit of its own. */
  async rush(text: string): Promise<void> {
    const devtools: CDPSession = await this.context.newCDPSession(this.page);
    await Promise.all([...text].map((key) => devtools.send("Input.dispatchKeyEvent", { type: "char", text: key })));
    await devtools.detach();
  }

  /** At the end of the text: types what is saved and then, after the way to the server is gone, what only the device has. */
  async typeAround(cut: () => Promise<void>, saved: string, held: string): Promise<void> {
    await this.toEnd();
    await this.type(saved);
    await this.saved();
    await cut();
    await this.type(held);
    await this.heldOnDevice();
  }

  /** Types through an input method: each of the stages is shown underlined, the last one is taken. */
  async compose(stages: readonly string[]): Promise<void> {
    const devtools: CDPSession = await this.context.newCDPSession(this.page);
    for (const text of stages) {
      await devtools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    }
    await devtools.send("Input.insertText", { text: stages.at(-1) ?? "" });
    await devtools.detach();
  }

  /** From now on the page keeps a record of every text that it called saved. */
  async watchSaved(): Promise<void> {
    await this.page.evaluate(() => {
      const texts: string[] = [];
      window.savedTexts = texts;
      const state = document.querySelector("[data-testid=save-state]")!;
      const note = () => {
        if (state.getAttribute("data-state") !== "saved") return;
        texts.push([...document.querySelectorAll(".cm-line")].map((line) => line.textContent ?? "").join("\n"));
      };
      new MutationObserver(note).observe(state, { attributes: true });
      note();
    });
  }

  async lastSavedText(): Promise<string> {
    return (await this.page.evaluate(() => window.savedTexts?.at(-1))) ?? "";
  }

  /** Where the character at an offset of the text is drawn. */
  async characterBox(offset: number): Promise<{ left: number; top: number }> {
    return this.page.evaluate((wanted) => {
      let rest = wanted;
      for (const line of document.querySelectorAll(".cm-line")) {
        const length = line.textContent?.length ?? 0;
        if (rest > length) {
          rest -= length + 1;
          continue;
        }
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const size = node.textContent?.length ?? 0;
          if (rest <= size) {
            const range = document.createRange();
            range.setStart(node, rest);
            range.collapse(true);
            const box = range.getBoundingClientRect();
            return { left: box.left, top: box.top };
          }
          rest -= size;
        }
      }
      throw new Error(`no character at ${wanted}`);
    }, offset);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}
