// Where a reader is in a text whose lines are numbered.

/** The number in the first line in view, in whatever face is shown. For the page. */
export function topLine(): number {
  const field = document.querySelector<HTMLTextAreaElement>(".plain-field");
  if (field !== null && !field.hidden) {
    const box = field.getBoundingClientRect();
    const at = document.caretPositionFromPoint(box.left + box.width / 2, box.top + 10);
    if (at === null) return -1;
    const begin = field.value.lastIndexOf("\n", at.offset - 1) + 1;
    return Number(/\d+/.exec(field.value.slice(begin))?.[0] ?? -1);
  }
  const page = document.querySelector(".read");
  const top = (page ?? document.querySelector(".cm-scroller")!).getBoundingClientRect().top;
  const lines = [...document.querySelectorAll(page === null ? ".cm-line" : ".read-section > *")];
  const line = lines.find((one) => one.getBoundingClientRect().bottom > top + 1 && /\d/.test(one.textContent ?? ""));
  return Number(/\d+/.exec(line?.textContent ?? "")?.[0] ?? -1);
}
