// Work of a person that the server does not have, piece by piece: what each holds, and where it can go. What stands around the pieces is the tab's.

export { showPiece } from "./tray/piece.ts";
export { showUnsent } from "./tray/unsent.ts";
