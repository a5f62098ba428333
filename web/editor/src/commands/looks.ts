// The reader's choices as commands.

import { CHOICES, type Choice, choose, chosen, switchTheme } from "../choices.ts";
import { deedsHere } from "./deeds.ts";
import { LOOKS, MODES } from "./list.ts";

/** From the smallest to the largest. */
const SIZES = ["small", "normal", "large", "larger", "largest"];

export function isLook(name: string): boolean {
  return name === "switch-theme" || [...LOOKS, ...MODES].some((look) => look.name === name);
}

export function runLook(name: string): void {
  if (name === "switch-theme") return switchTheme();
  if (isMode(name) && deedsHere() === null) return;
  if (name === "focus") return choose("focus", chosen("focus") === "off" ? "paragraph" : "off");
  if (name === "typewriter") return choose("typewriter", chosen("typewriter") === "off" ? "on" : "off");
  if (name === "text-larger") return resize(1);
  if (name === "text-smaller") return resize(-1);
  const choice = (Object.keys(CHOICES) as Choice[]).find((one) => name.startsWith(`${one}-`));
  if (choice !== undefined) choose(choice, name.slice(choice.length + 1));
}

/** Of use only where somebody writes. */
export function isMode(name: string): boolean {
  return MODES.some((mode) => mode.name === name);
}

function resize(step: 1 | -1): void {
  const size = SIZES[SIZES.indexOf(chosen("text-size")) + step];
  if (size !== undefined) choose("text-size", size);
}
