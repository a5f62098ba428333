// Importing: picking files, how far it is, and what became of each of them.

import { newId } from "../attach/address.ts";
import { make } from "../dom.ts";
import { asMarkdown } from "./pages.ts";
import { type Line, Told } from "./told.ts";
import { type Dropped, packed, type Picked, picked, TooLarge } from "./pick.ts";
import { Post } from "./post.ts";
import { say } from "./words.ts";

const MEGABYTE = 1 << 20;

export class Importing {
  readonly #body: HTMLElement;
  readonly #room: string;
  readonly #close: () => void;
  #post: Post | undefined;
  #isPacking = false;

  constructor(body: HTMLElement, room: string, close: () => void) {
    this.#body = body;
    this.#room = room;
    this.#close = close;
    this.#pick();
  }

  /** Whether something is on its way. */
  get isBusy(): boolean {
    return this.#isPacking || this.#post !== undefined;
  }

  /** Takes what was dropped. */
  drop(entries: readonly Dropped[]): void {
    picked(entries).then(
      (all) => this.#take(all),
      () => this.#pick(say("import-unreadable", { name: entries.find((entry) => entry !== null)?.name ?? "" })),
    );
  }

  stop(): void {
    this.#isPacking = false;
    this.#post?.stop();
  }

  #pick(problem = ""): void {
    const input = (folder: boolean) => {
      const made = make("input", { type: "file", multiple: true, webkitdirectory: folder });
      if (!folder) made.accept = ".zip,.md,.markdown,.txt,.etherpad,.html,.htm,.png,.jpg,.jpeg,.gif,.webp,.avif,.pdf";
      made.onchange = () => void this.#take([...(made.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
      made.click();
    };
    const files = make("button", { className: "button button-primary", type: "button", onclick: () => input(false) }, say("import-files"));
    files.dataset["testid"] = "import-files";
    const folder = make("button", { className: "button", type: "button", onclick: () => input(true) }, say("import-folder"));
    const buttons = make("div", { className: "transfer-buttons" }, files, folder);
    const place = make("div", { className: "transfer-pick" }, buttons, make("p", { className: "small soft" }, say("import-drop")));
    place.ondragover = (event) => {
      event.preventDefault();
      place.dataset["over"] = "";
    };
    place.ondragleave = () => delete place.dataset["over"];
    place.ondrop = (event) => {
      event.preventDefault();
      delete place.dataset["over"];
      this.drop([...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry() ?? item.getAsFile()));
    };
    const status = make("p", { className: "field-error", role: "status" }, problem);
    const cancel = make("button", { className: "button", type: "button", onclick: this.#close }, say("close"));
    const lead = make("p", { className: "soft" }, say("import-lead"));
    this.#body.replaceChildren(lead, place, status, make("div", { className: "form-actions" }, cancel));
    files.focus();
  }

  /** Sends what was picked: one file as it is, and several as an archive of them. Pages are Markdown by then. */
  async #take(picked: Picked[]): Promise<void> {
    if (this.isBusy) return;
    const all = await Promise.all(picked.map(asMarkdown)).catch(() => null);
    const [first] = all ?? picked;
    if (first === undefined || this.isBusy) return;
    if (all === null) return this.#pick(say("import-unreadable", { name: first.path }));
    if (all.length === 1 && first.path === first.file.name) return this.#send(first.file.name, first.file, newId());
    this.#isPacking = true;
    this.#body.replaceChildren(make("p", { role: "status" }, say("import-packing", { count: String(all.length) })));
    try {
      const archive = await packed(all, () => !this.#isPacking);
      if (archive === undefined) return;
      this.#isPacking = false;
      this.#send("files.zip", archive, newId());
    } catch (error) {
      this.#isPacking = false;
      this.#pick(error instanceof TooLarge ? say("import-too-large") : say("import-unreadable", { name: first.path }));
    }
  }

  /** The same again under the same id goes on where it stopped. */
  #send(name: string, file: Blob, id: string): void {
    const words = make("p", { role: "status" }, say("import-sending"));
    const progress = make("progress", { className: "transfer-progress", max: Math.max(1, file.size), value: 0, ariaLabel: say("import-sending") });
    const told = new Told();
    const stop = make("button", { className: "button", type: "button" }, say("import-stop"));
    stop.dataset["testid"] = "import-stop";
    const post = new Post(this.#room, name, id, file, {
      sent: (bytes) => {
        progress.value = bytes;
        const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
        words.textContent = say("import-sent", { sent: megabytes(bytes), all: megabytes(file.size) });
      },
      told: (lines: Line[]) => {
        for (const line of lines) told.hear(line);
        progress.max = Math.max(1, told.expected);
        progress.value = told.documents.length;
        words.textContent = say("import-making", { done: String(told.documents.length), all: String(told.expected) });
      },
    });
    stop.onclick = () => post.stop();
    this.#post = post;
    this.#body.replaceChildren(words, progress, make("div", { className: "form-actions" }, stop));
    stop.focus();
    void post.ended.then((problem) => {
      this.#post = undefined;
      if (this.#body.isConnected) this.#result(told, problem, () => this.#send(name, file, id));
    });
  }

  #result(told: Told, problem: string, goOn: () => void): void {
    const close = make("button", { className: "button button-primary", type: "button", onclick: this.#close }, say("close"));
    const again = make("button", { className: "button", type: "button" });
    again.textContent = say(told.isDone ? "import-others" : "import-go-on");
    again.onclick = told.isDone ? () => this.#pick() : goOn;
    const refused = problem !== "" && told.expected === 0;
    if (refused) return this.#pick(problem);
    this.#body.replaceChildren(...told.shown(problem), make("div", { className: "form-actions" }, again, close));
    close.focus();
  }
}
