// What the editor on the page can do, for the palette: the editor tells it here while it is on the page.

export interface Deeds {
  /** Whether it can be done as the text is shown just now. */
  offers(name: string): boolean;
  /** False when it is no deed of the editor's. */
  run(name: string): boolean;
}

let here: Deeds | null = null;

/** None while no document is open. */
export function deedsHere(): Deeds | null {
  return here;
}

export function setDeeds(deeds: Deeds): void {
  here = deeds;
}

/** Only by whoever set them: the next editor may be there before the last one is gone. */
export function dropDeeds(deeds: Deeds): void {
  if (here === deeds) here = null;
}
