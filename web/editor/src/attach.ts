// Files that are pasted, dropped or picked: their place is in the text at once, and they are sent beside it.

import { Compartment, type Extension, Prec } from "@codemirror/state";
import { EditorView, showPanel, ViewPlugin } from "@codemirror/view";
import catalogue from "../../locale/attach.en.ftl";
import { address, markdown, newId, safeName } from "./attach/address.ts";
import { filesPanel } from "./attach/panel.ts";
import { showFromHere } from "./attach/pictures.ts";
import { senderOf } from "./attach/sender.ts";
import { sentences } from "./words.ts";

const say = sentences(catalogue);

/** Where files go: a document, and what the account's store on this device is called. */
export interface Home {
  document(): string;
  device(): string;
}

/** Takes files that are pasted or dropped. */
export function attachments(home: Home): Extension {
  const panel = new Compartment();
  return [
    panel.of([]),
    // Before what reads the text of a paste: a picture that is copied from a page has its address there beside its bytes.
    Prec.highest(EditorView.domEventHandlers({
      paste(event, view) {
        const files = event.clipboardData?.files ?? null;
        // Office programs put a picture beside the text that it is of.
        if (files === null || files.length === 0 || event.clipboardData?.getData("text/plain") !== "") return false;
        return attach(view, home, [...files], view.state.selection.main.head);
      },
      drop(event, view) {
        const files = event.dataTransfer?.files ?? null;
        if (files === null || files.length === 0) return false;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view.state.selection.main.head;
        event.preventDefault();
        return attach(view, home, [...files], at);
      },
    })),
    ViewPlugin.define((view) => {
      void senderOf(home.device()).then((sender) => {
        for (const { file } of sender.of(home.document())) showFromHere(file.id, file.bytes);
        if (view.dom.isConnected) view.dispatch({ effects: panel.reconfigure(showPanel.of(filesPanel(sender, home.document(), say))) });
      });
      // What is dropped beside the text would be opened in place of the page.
      const stay = (event: DragEvent) => {
        if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
      };
      for (const name of ["dragover", "drop"] as const) window.addEventListener(name, stay);
      return {
        destroy() {
          for (const name of ["dragover", "drop"] as const) window.removeEventListener(name, stay);
        },
      };
    }),
  ];
}

/** Lets the person pick files and puts them where the caret is. */
export function pickFiles(view: EditorView, home: Home): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => {
    attach(view, home, [...(input.files ?? [])], view.state.selection.main.head);
    view.focus();
  };
  input.click();
}

/** Puts files into the text and on their way. False where nothing can be written. */
export function attach(view: EditorView, home: Home, files: File[], at: number): boolean {
  if (view.state.readOnly || files.length === 0) return false;
  const named = files.map((file) => ({ file, id: newId(), name: safeName(file.name, say("file-unnamed")) }));
  const words = named.map(({ file, id, name }) => markdown(name, file.type, address(home.document(), id, name)));
  const { from, to } = view.state.selection.main;
  const over = at >= from && at <= to ? { from, to } : { from: at, to: at };
  // The person goes on behind it, below an image and beside a link: what holds the caret is seen as its source.
  const isLast = over.to === view.state.doc.lineAt(over.to).to;
  const behind = words.at(-1)?.startsWith("!") === true ? "\n" : " ";
  const insert = words.join("\n") + (isLast ? behind : "");
  for (const { file, id } of named) if (file.type.startsWith("image/")) showFromHere(id, file);
  view.dispatch({ changes: { ...over, insert }, selection: { anchor: over.from + insert.length }, scrollIntoView: true, userEvent: "input.paste" });
  void senderOf(home.device()).then(async (sender) => {
    for (const { file, id, name } of named) await sender.add({ id, document: home.document(), name, bytes: file });
  });
  return true;
}
