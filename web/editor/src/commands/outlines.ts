// Outlines from Lucide (<https://lucide.dev>, ISC licence; see `web/src/view/icon/lucide.rs`), in a box of 24 by 24, one path each.

import { OUTLINES } from "../toolbar/outlines.ts";

export const CLOSE = "M18 6 6 18M6 6l12 12";

/** For what is gone to. */
const PLACES = {
  document: "M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2zM14 2v5a1 1 0 0 0 1 1h5M10 9H8M16 13H8M16 17H8",
  room: "M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719",
} as const;

const KEYBOARD =
  "M10 8h.01M12 12h.01M14 8h.01M16 12h.01M18 8h.01M6 8h.01M7 16h10M8 12h.01M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-12a2 2 0 0 1 2 -2z";

/** By the name of a command, or the beginning of its name. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["shortcuts", KEYBOARD],
  ["home", "M15 21v-8a1 1 0 0 0-1-1h-4a1 1 0 0 0-1 1v8M3 10a2 2 0 0 1 .709-1.528l7-6a2 2 0 0 1 2.582 0l7 6A2 2 0 0 1 21 10v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"],
  ["new-", "M5 12h14M12 5v14"],
  ["toggle-talk", "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM15 3v18"],
  ["tray", "M22 12h-6l-2 3h-4l-2-3H2M5.45 5.11 2 12v6a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-6l-3.45-6.89A2 2 0 0 0 16.76 4H7.24a2 2 0 0 0-1.79 1.11z"],
  ["settings", "M10 5H3M12 19H3M14 3v4M16 17v4M21 12h-9M21 19h-5M21 5h-7M8 10v4M8 12H3"],
  ["sign-out", "M16 17l5-5-5-5M21 12H9M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4"],
  ["theme-", "M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401"],
  ["face-", "M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"],
  ["turn-face", "M16 18l6-6-6-6M8 6l-6 6 6 6"],
  ["text-", "M12 4v16M4 7V5a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v2M9 20h6"],
  ["width-", "M18 8l4 4-4 4M2 12h20M6 8l-4 4 4 4"],
  ["export-", "M12 15V3M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5"],
  ["print", "M6 18H4a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2h-2M6 9V3a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v6M7 14h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z"],
  ["find", OUTLINES.find],
  ["fold-", OUTLINES.fold],
  ["unfold-", OUTLINES.fold],
  ["toggle-bar", OUTLINES.hide],
  ["bar", OUTLINES.text],
];

export function ofPlace(kind: keyof typeof PLACES): string {
  return PLACES[kind];
}

/** The bar's, where it has the same; lines of text for the rest. */
export function ofCommand(name: string): string {
  if (name in OUTLINES) return OUTLINES[name as keyof typeof OUTLINES];
  return BEGINNINGS.find(([beginning]) => name.startsWith(beginning))?.[1] ?? "M4 5h16M4 12h16M4 19h16";
}
