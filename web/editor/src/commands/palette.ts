// The palette: go to a room or document, or give a command, by typing a part of its name.

import { icon, make } from "../dom.ts";
import { places, type Tab, watchPlaces } from "../tab.ts";
import { keyName } from "../toolbar/keys.ts";
import { deedsHere } from "./deeds.ts";
import { openDialog } from "./dialog.ts";
import { COMMANDS, EDITOR } from "./list.ts";
import { ofCommand, ofPlace } from "./outlines.ts";
import { isMode } from "./looks.ts";
import { rank } from "./rank.ts";
import { say } from "./words.ts";

/** Rows shown; typing one more letter is quicker than reading further. */
const SHOWN_MAX = 12;

/** One row. */
interface Entry {
  /** A command, or an address. */
  name: string;
  label: string;
  /** Where it is, or its keys. */
  note: string;
  outline: string;
}

let close: (() => void) | null = null;

/** Opens it, or closes it again. What is chosen is carried out when it is gone. */
export function openPalette(tab: Tab, carryOut: (name: string) => void): void {
  if (close !== null) return close();
  const input = make("input", { className: "palette-input", type: "text", autocomplete: "off", spellcheck: false, role: "combobox", placeholder: say("palette-placeholder") });
  for (const [name, value] of Object.entries({ "aria-label": say("palette"), "aria-expanded": "true", "aria-controls": "palette-list" })) input.setAttribute(name, value);
  input.dataset["testid"] = "palette-input";
  const list = make("ul", { className: "palette-list", id: "palette-list", role: "listbox", ariaLabel: say("palette") });
  const none = make("p", { className: "soft small palette-none", role: "status" });
  let shown: Entry[] = [];
  let active = 0;

  const choose = (entry: Entry) => {
    close?.();
    // After the dialog has given the focus back, so that a dialog opened by the command keeps it.
    setTimeout(() => carryOut(entry.name));
  };
  const mark = (at: number) => {
    active = at;
    input.setAttribute("aria-activedescendant", `palette-row-${at}`);
    [...list.children].forEach((row, other) => row.setAttribute("aria-selected", String(other === at)));
  };
  const search = () => {
    shown = found(input.value, entries(tab));
    list.replaceChildren(...shown.map((entry, at) => rowOf(entry, at, () => choose(entry), () => at !== active && mark(at))));
    none.textContent = shown.length === 0 ? say("palette-none") : "";
    mark(Math.min(active, Math.max(0, shown.length - 1)));
  };
  input.oninput = () => {
    active = 0;
    search();
  };
  input.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: shown.length - 1, Enter: 0 }[event.key];
    const entry = shown[active];
    if (event.isComposing || step === undefined || entry === undefined) return;
    event.preventDefault();
    if (event.key === "Enter") return choose(entry);
    mark((active + step) % shown.length);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  watchPlaces(search);
  close = openDialog("palette", say("palette"), [input, list, none], () => {
    close = null;
    watchPlaces(() => undefined);
  });
  input.focus();
  search();
  tab.list();
}

/** Everything one can go to or do, the places first. */
function entries(tab: Tab): Entry[] {
  const all: Entry[] = [];
  for (let at = 0; at + 2 < places.length; at += 3) {
    const [name = "", label = "", room = ""] = places.slice(at, at + 3);
    all.push({ name, label, note: room === "" ? say("palette-room") : room, outline: ofPlace(room === "" ? "room" : "document") });
  }
  for (const { name, keys = [] } of COMMANDS) {
    const isOffered = EDITOR.has(name) ? deedsHere()?.offers(name) === true : isMode(name) ? deedsHere() !== null : tab.offers(name);
    const [key] = keys;
    if (isOffered) all.push({ name, label: say(name), note: key === undefined ? "" : keyName(key), outline: ofCommand(name) });
  }
  return all;
}

function found(query: string, all: readonly Entry[]): Entry[] {
  return all
    .flatMap((entry) => {
      const at = rank(query, entry.label);
      return at === null ? [] : [{ at, entry }];
    })
    .sort((a, b) => a.at - b.at)
    .slice(0, SHOWN_MAX)
    .map(({ entry }) => entry);
}

function rowOf(entry: Entry, at: number, choose: () => void, point: () => void): HTMLElement {
  const row = make(
    "li",
    { className: "palette-row", id: `palette-row-${at}`, role: "option", onclick: choose, onpointermove: point },
    icon(entry.outline, 16),
    make("span", { className: "ellipsis" }, entry.label),
    make("span", { className: "palette-note ellipsis" }, entry.note),
  );
  return row;
}
