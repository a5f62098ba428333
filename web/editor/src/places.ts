// Requests that stay open. Over HTTP/1.1 a browser has six connections for one server, for all its tabs together: tabs that each hold one
// for good would leave none for anything else. So they share a few places, and nobody holds one behind another tab.

/** Half of the connections, so that the others go on whatever the tabs do. */
const PLACES = 3;

/** Who has no place asks this often, milliseconds: while the tab is looked at, and else. */
const ASK_MS = 1_000;
const ASK_HIDDEN_MS = 5_000;

/** A place that this tab has. */
export class Place {
  /** Ends when the tab is not looked at any more, or has left the place. */
  readonly ended: Promise<void>;

  constructor(readonly leave: () => void, left: Promise<void>) {
    this.ended = Promise.race([left, turned(true)]);
  }
}

/** Takes a place; none while the tab is not looked at, or when all are taken. */
export async function takePlace(): Promise<Place | undefined> {
  // Without locks the tabs know nothing of each other.
  if (navigator.locks === undefined) return new Place(() => {}, new Promise(() => {}));
  for (let number = 0; number < PLACES && !document.hidden; number += 1) {
    const place = await take(`inkling-place-${number}`);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Ends when whoever has no place should ask again. */
export function nextAsk(): Promise<void> {
  const asked = new Promise<void>((end) => setTimeout(end, document.hidden ? ASK_HIDDEN_MS : ASK_MS));
  return document.hidden ? Promise.race([asked, turned(false)]) : asked;
}

function take(name: string): Promise<Place | undefined> {
  return new Promise((taken) => {
    const hold = (lock: Lock | null) => {
      if (lock === null) return taken(undefined);
      let leave = () => {};
      const left = new Promise<void>((end) => (leave = end));
      taken(new Place(leave, left));
      return left;
    };
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => taken(undefined));
  });
}

/** Ends when the tab is hidden, or is not. */
function turned(hidden: boolean): Promise<void> {
  return new Promise((end) => {
    const look = () => {
      if (document.hidden !== hidden) return;
      document.removeEventListener("visibilitychange", look);
      end();
    };
    document.addEventListener("visibilitychange", look);
    look();
  });
}
