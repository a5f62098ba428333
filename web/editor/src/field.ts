// Where text stands in a `<textarea>`, which tells nobody.

/** How far below the top of the whole text the line of an offset begins, pixels. */
export function heightOf(field: HTMLTextAreaElement, offset: number): number {
  return heightBelow(field, field.value.slice(0, offset));
}

/** Where the line of an offset is that is in view, below the top of the field, pixels; none where the browser does not tell. Only what is in view is
 * measured, however long the text is. */
export function lineOf(field: HTMLTextAreaElement, offset: number): { top: number; height: number } | null {
  const from = offsetAtTop(field);
  if (from === null || offset < from) return null;
  const style = getComputedStyle(field);
  const [height, padding] = [parseFloat(style.lineHeight), parseFloat(style.paddingBlockStart)];
  const above = field.scrollTop === 0 ? 0 : Math.max(0, Math.floor((field.scrollTop + height / 2 - padding) / height));
  return { top: above * height + heightBelow(field, field.value.slice(from, offset)) - field.scrollTop, height };
}

/** How far down the last line of a text begins. */
function heightBelow(field: HTMLTextAreaElement, text: string): number {
  const copy = document.createElement("div");
  copy.className = field.className;
  copy.classList.add("plain-measure");
  // A letter more, since a line break at the end has no line of its own.
  copy.textContent = `${text}x`;
  field.after(copy);
  copy.style.inlineSize = `${field.clientWidth}px`;
  const style = getComputedStyle(copy);
  const line = parseFloat(style.lineHeight) || 0;
  const height = copy.clientHeight - parseFloat(style.paddingBlockEnd) - line;
  copy.remove();
  return Math.max(0, height);
}

/** The offset of the first text in view; none where the browser does not tell. */
export function offsetAtTop(field: HTMLTextAreaElement): number | null {
  return field.scrollTop === 0 ? 0 : offsetAt(field, "start", 0);
}

/** The offset of the first or the last text in view, without this part of the height at the edge; none where the browser does not tell. */
export function offsetAt(field: HTMLTextAreaElement, edge: "start" | "end", inset: number): number | null {
  const box = field.getBoundingClientRect();
  const style = getComputedStyle(field);
  const [left, right] = [parseFloat(style.paddingInlineStart), parseFloat(style.paddingInlineEnd)];
  const margin = inset * box.height + parseFloat(style.lineHeight) / 2;
  // What lies over the field is not what is asked for.
  field.classList.add("is-asked");
  const at =
    edge === "start"
      ? document.caretPositionFromPoint?.(box.left + left + 1, box.top + margin)
      : document.caretPositionFromPoint?.(box.left + field.clientWidth - right - 1, box.bottom - margin);
  field.classList.remove("is-asked");
  return at != null && at.offsetNode === field ? at.offset : null;
}
