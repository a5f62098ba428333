// The reader's choices, to be made: a group of radio buttons each, in the settings and where a document's face is chosen.

import catalogue from "../../locale/looks.en.ftl";
import { CHOICES, type Choice, choose, chosen, watchChoices } from "./choices.ts";
import { make } from "./dom.ts";
import { sentences } from "./words.ts";

const say = sentences(catalogue);

/** From little to much, where that is not the order of the words. */
const ORDER: Partial<Record<Choice, readonly string[]>> = {
  width: ["narrow", "normal", "wide", "full"],
  "text-size": ["small", "normal", "large", "larger", "largest"],
};

let groups = 0;

/** Beside a document stands what is a matter of its text, and is not chosen once for all. */
const BESIDE: readonly Choice[] = ["text-face", "width", "text-size", "focus", "typewriter"];

/** Shows all of them in an empty element. */
export function show(place: HTMLElement): void {
  const all = place.closest(".menu") === null ? (Object.keys(CHOICES) as Choice[]) : BESIDE;
  const shown = all.map((choice) => groupOf(choice));
  place.replaceChildren(...shown.map(({ element }) => element));
  // In a menu the arrows go from row to row, and here within the group.
  place.onkeydown = (event) => {
    if (/^(?:Arrow|Home|End)/.test(event.key)) event.stopPropagation();
  };
  const stop = watchChoices(() => {
    if (!place.isConnected) return stop();
    for (const { tell } of shown) tell();
  });
}

function groupOf(choice: Choice): { element: HTMLElement; tell: () => void } {
  const group = `${choice}-${(groups += 1)}`;
  const inputs = (ORDER[choice] ?? CHOICES[choice]).map((word) => {
    const input = make("input", { type: "radio", name: group, value: word, checked: word === chosen(choice) });
    input.onchange = () => choose(choice, word);
    return input;
  });
  const labels = inputs.map((input) => make("label", { className: `look-${choice}-${input.value}` }, input, say(`${choice}-${input.value}`)));
  const row = make("div", { className: "choice" }, ...labels);
  row.dataset["testid"] = choice;
  const element = make("fieldset", { className: "choice-field" }, make("legend", { className: "field-label" }, say(choice)), row);
  const tell = () => {
    for (const input of inputs) input.checked = input.value === chosen(choice);
  };
  return { element, tell };
}
