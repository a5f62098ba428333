// Lines of a configuration, with a button that copies them.

import { make } from "../dom.ts";
import { say } from "./words.ts";

export interface Lines {
  element: HTMLElement;
  show(text: string): void;
}

export function lines(text: string, label: string): Lines {
  const code = make("code", {}, text);
  const block = make("pre", { className: "doctor-lines", tabIndex: 0, role: "group", ariaLabel: label }, code);
  block.dataset["testid"] = "doctor-lines";
  const button = make("button", { className: "button button-quiet", type: "button" }, say("copy"));
  button.onclick = () => void copy(code, button);
  return {
    element: make("div", { className: "doctor-copy" }, block, button),
    show: (next) => {
      code.textContent = next;
      button.textContent = say("copy");
    },
  };
}

async function copy(code: HTMLElement, button: HTMLElement): Promise<void> {
  try {
    // Without a secure context there is no clipboard.
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = say("copied");
  } catch {
    // Selected, the keyboard can copy it.
    getSelection()?.selectAllChildren(code);
    button.textContent = say("copy-failed");
  }
}
