// A room as an archive: with its texts as they are, or with addresses that work wherever it is unpacked.

import { make } from "../dom.ts";
import { say } from "./words.ts";

export function exporting(body: HTMLElement, room: string, close: () => void): void {
  const links: ["kept", "relative"] = ["kept", "relative"];
  const download = make("a", { className: "button button-primary", download: "" }, say("export-download"));
  const choose = (how: string) => (download.href = `/api/v1/rooms/${room}/export?links=${how}`);
  choose("kept");
  // The browser tells how far it is, and where it puts it.
  download.onclick = () => void setTimeout(close);
  const options = links.map((how) => {
    const input = make("input", { type: "radio", name: "links", value: how, checked: how === "kept" });
    input.onchange = () => choose(how);
    return make("label", { className: "transfer-option" }, input, say(`export-${how}`), make("small", {}, say(`export-${how}-lead`)));
  });
  const legend = make("legend", { className: "field-label" }, say("export-links"));
  const cancel = make("button", { className: "button", type: "button", onclick: close }, say("close"));
  body.append(
    make("p", { className: "soft" }, say("export-lead")),
    make("fieldset", { className: "choice-field" }, legend, ...options),
    make("div", { className: "form-actions" }, cancel, download),
  );
}
