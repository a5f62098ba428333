// Carries out what is asked for by name, from a key, a menu or the palette: by the editor, the choices of the reader, or the tab.

import { deedsHere } from "./commands/deeds.ts";
import { isLook, runLook } from "./commands/looks.ts";
import { openPalette } from "./commands/palette.ts";
import { openSheet } from "./commands/sheet.ts";
import type { Tab } from "./tab.ts";

export function carryOut(name: string, tab: Tab): void {
  if (name === "palette") openPalette(tab, (chosen) => carryOut(chosen, tab));
  else if (name === "shortcuts") openSheet();
  else if (isLook(name)) runLook(name);
  else if (deedsHere()?.run(name) !== true) tab.run(name);
}
