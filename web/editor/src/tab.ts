// The keys that work on every page, and the way to what lists all commands, which is loaded when it is first asked for.

import { TAB_KEYS } from "./commands/tab.ts";
import { loadSheet } from "./sheet.ts";

/** What the tab's program does for the palette and the keys. */
export interface Tab {
  /** Carries out a command of the tab, or goes to the address that it is. */
  run(name: string): void;
  /** Whether it makes sense just now. */
  offers(name: string): boolean;
  /** From now on `setPlaces` is called with every room and document, and again when they change. */
  list(): void;
  free(): void;
}

/** Carried out by the tab's program. All others are found by the part that is loaded. */
const OWN: readonly string[] = ["toggle-talk", "turn-face"];

type Commands = typeof import("./commands.ts");

let tab: Tab | null = null;

/** Once they are loaded. */
let commands: Commands | undefined;

/** Rooms and documents by three: address, name, and where it is. */
export let places: readonly string[] = [];

let placesChanged: () => void = () => undefined;

/** Calls this, and nothing else, when the places are others. */
export function watchPlaces(changed: () => void): void {
  placesChanged = changed;
}

export function setPlaces(told: string[]): void {
  places = told;
  placesChanged();
}

/** Somebody is signed in. */
export function startTab(started: Tab): void {
  tab = started;
  window.addEventListener("keydown", pressed);
  // Whoever asks for the palette types on at once: what is typed until it is there would go into the text. What fails now is asked for again then.
  const whenIdle = window.requestIdleCallback ?? window.setTimeout;
  whenIdle(() => void loadCommands().catch(() => undefined));
}

export function endTab(): void {
  window.removeEventListener("keydown", pressed);
  tab?.free();
  tab = null;
  places = [];
}

/** Carries out a command by its name. */
export function command(name: string): void {
  if (tab === null) return;
  if (OWN.includes(name)) return tab.run(name);
  const asked = tab;
  // At once where that can be: the next key is for the palette already.
  if (commands !== undefined) return commands.carryOut(name, asked);
  loadCommands()
    .then(({ carryOut }) => carryOut(name, asked))
    .catch(console.error);
}

async function loadCommands(): Promise<Commands> {
  [commands] = await Promise.all([import("./commands.ts"), loadSheet("commands")]);
  return commands;
}

function pressed(event: KeyboardEvent): void {
  const mod = event.ctrlKey || event.metaKey;
  const key = `${mod ? "Mod-" : ""}${event.altKey ? "Alt-" : ""}${mod && event.shiftKey ? "Shift-" : ""}${event.key.toLowerCase()}`;
  const found = Object.entries(TAB_KEYS).find(([, one]) => one === key);
  if (found === undefined || event.isComposing || (!mod && isTyping(event.target))) return;
  event.preventDefault();
  command(found[0]);
}

/** Whether keys go into a field, where letters and marks are text. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
