// Which place of the source is where on the page. Elements say where they begin; between two of them it is worked out.

/** The place in the source of what is at this part of the height of what is in view: 0 is the top. Within the last element it is `last`, or where that
 * element begins. */
export function offsetAt(page: HTMLElement, part: number, last?: number): number {
  const view = page.getBoundingClientRect();
  const top = view.top + part * view.height;
  const [before, after] = around(page, (element) => element.getBoundingClientRect().top <= top + 1);
  if (before === undefined) return 0;
  const box = before.getBoundingClientRect();
  const end = after === undefined ? box.bottom : after.getBoundingClientRect().top;
  const share = end > box.top ? Math.min(1, (top - box.top) / (end - box.top)) : 0;
  const from = offset(before);
  if (after === undefined) return last ?? from;
  return Math.round(from + Math.max(0, share) * (offset(after) - from));
}

/** Something that begins in view, or else what is at the top: where in the source, and how far below the top, pixels. None on an empty page. */
export function firstInView(page: HTMLElement): { at: number; below: number } | null {
  const { top, bottom } = page.getBoundingClientRect();
  const [before, after] = around(page, (element) => element.getBoundingClientRect().top < top);
  const first = after !== undefined && after.getBoundingClientRect().top < bottom ? after : before;
  return first === undefined ? null : { at: offset(first), below: first.getBoundingClientRect().top - top };
}

/** How far below the top what holds a place of the source begins; none on an empty page. */
export function beginOf(page: HTMLElement, at: number): number | null {
  const [holding] = around(page, (element) => offset(element) <= at);
  return holding === undefined ? null : holding.getBoundingClientRect().top - page.getBoundingClientRect().top;
}

/** What holds a place of the source; none on an empty page. */
export function blockAt(page: HTMLElement, at: number): HTMLElement | null {
  return around(page, (element) => offset(element) <= at)[0] ?? null;
}

/** How far below the top of what is in view a place of the source is, pixels. */
export function topOf(page: HTMLElement, at: number): number {
  const top = page.getBoundingClientRect().top;
  const [before, after] = around(page, (element) => offset(element) <= at);
  if (before === undefined) return -page.scrollTop;
  const box = before.getBoundingClientRect();
  if (after === undefined) return box.top - top;
  const [from, to] = [offset(before), offset(after)];
  const part = to > from ? (at - from) / (to - from) : 0;
  return box.top + part * Math.max(0, after.getBoundingClientRect().top - box.top) - top;
}

/** The last element for which this holds, and the one after it. It holds for all up to some one. */
function around(page: HTMLElement, holds: (element: HTMLElement) => boolean): [HTMLElement | undefined, HTMLElement | undefined] {
  // Notes stand elsewhere than they were written.
  const all = page.querySelectorAll<HTMLElement>("[data-at]:not(.footnotes [data-at])");
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const element = all[middle];
    if (element !== undefined && holds(element)) from = middle + 1;
    else to = middle;
  }
  return [all[from - 1], all[from]];
}

function offset(element: HTMLElement): number {
  return Number(element.dataset["at"]);
}
