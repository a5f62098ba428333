// What is on its way to the server, below the text: how far it is, and what became of what the server did not take.

import type { EditorView, Panel } from "@codemirror/view";
import type { Say } from "../words.ts";
import { address, markdown } from "./address.ts";
import type { Sender, Shown } from "./sender.ts";
import type { WaitingFile } from "./waiting.ts";

/** The list of the files of a document that are not on the server; takes no space while there are none. */
export function filesPanel(sender: Sender, document: string, say: Say): (view: EditorView) => Panel {
  return (view) => {
    const list = element("ul", "files");
    list.dataset["testid"] = "files";
    list.setAttribute("aria-label", say("files"));
    const told = element("p", "visually-hidden");
    told.setAttribute("role", "status");
    const dom = element("div", "files-panel");
    dom.append(list, told);
    let before = new Map<string, Shown>();
    const draw = () => {
      const now = sender.of(document);
      dom.hidden = now.length === 0;
      const rows = now.map((shown) => row(view, sender, shown, say));
      // Only what changed: a button must not go from under the pointer or the focus.
      rows.forEach((one, at) => {
        const old = list.children[at];
        if (old?.getAttribute("data-state") === one.getAttribute("data-state")) update(old, now[at]);
        else if (old === undefined) list.append(one);
        else old.replaceWith(one);
      });
      while (list.children.length > rows.length) list.lastElementChild?.remove();
      const sentence = news(before, now, say);
      if (sentence !== null) told.textContent = sentence;
      before = new Map(now.map((shown) => [shown.file.id, shown]));
    };
    const stop = sender.listen(draw);
    draw();
    return { dom, top: false, destroy: stop };
  };
}

function row(view: EditorView, sender: Sender, { file, sent }: Shown, say: Say): HTMLElement {
  const item = element("li", "files-row");
  item.dataset["state"] = `${file.id} ${file.problem ?? (sent === null ? "waiting" : "sending")}`;
  const name = element("span", "files-name");
  name.textContent = file.name;
  item.append(name);
  const button = (label: string, act: () => void) => {
    const made = element("button", "button");
    made.type = "button";
    made.textContent = say(label);
    made.setAttribute("aria-label", say(`${label}-of`, { name: file.name }));
    made.onclick = act;
    item.append(made);
  };
  if (file.problem !== undefined) {
    const problem = element("span", "files-problem");
    problem.textContent = file.problem;
    item.append(problem);
    button("file-again", () => void sender.again(file.id));
    button("file-save", () => save(file.name, file.bytes));
  } else if (sent === null) {
    const waiting = element("span", "files-waiting");
    waiting.textContent = say("file-waiting");
    item.append(waiting);
  } else {
    const progress = element("progress", "files-progress");
    progress.max = Math.max(1, file.bytes.size);
    progress.value = sent;
    progress.setAttribute("aria-label", say("file-sending", { name: file.name }));
    item.append(progress);
  }
  button("file-cancel", () => {
    takeOut(view, file);
    void sender.cancel(file.id);
  });
  return item;
}

/** Takes a file out of the text that is not sent after all, if it stands there as it was put. */
function takeOut(view: EditorView, { id, document, name, bytes }: WaitingFile): void {
  const words = markdown(name, bytes.type, address(document, id, name));
  const from = view.state.doc.toString().indexOf(words);
  if (from >= 0 && !view.state.readOnly) view.dispatch({ changes: { from, to: from + words.length }, userEvent: "delete.file" });
  view.focus();
}

function update(item: Element, shown: Shown | undefined): void {
  const progress = item.querySelector("progress");
  if (progress !== null && shown !== undefined) progress.value = shown.sent ?? 0;
}

/** What those who do not see it are told: what arrived, and what did not. */
function news(before: ReadonlyMap<string, Shown>, now: readonly Shown[], say: Say): string | null {
  const ids = new Set(now.map(({ file }) => file.id));
  const refused = now.find(({ file }) => file.problem !== undefined && before.get(file.id)?.file.problem === undefined);
  if (refused !== undefined) return say("file-refused", { name: refused.file.name, problem: refused.file.problem ?? "" });
  const stored = [...before.values()].find(({ file }) => !ids.has(file.id));
  return stored === undefined ? null : say("file-gone", { name: stored.file.name });
}

function save(name: string, bytes: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  return made;
}
