// Lists: marks become bullets and numbers in a margin of their own, and task boxes can be ticked.

import type { SyntaxNode } from "@lezer/common";
import { type EditorView, WidgetType } from "@codemirror/view";
import { depth, type Draw } from "./page.ts";
import { spaces, trailingSpaces } from "./marks.ts";
import { say } from "./words.ts";

/** Deeper lists stand where these do. */
const DEPTH_MAX = 8;

const LISTS = /^(Bullet|Ordered)List$/;

/** The name of a task for those who only hear it is cut here, UTF-16 units. */
const NAME_UNITS_MAX = 120;

class Bullet extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: Bullet): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const bullet = document.createElement("span");
    bullet.className = "md-bullet";
    bullet.textContent = this.text;
    return bullet;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

class TaskBox extends WidgetType {
  constructor(
    private readonly isDone: boolean,
    private readonly isLocked: boolean,
    private readonly name: string,
    /** From the start of what it stands for to the one character between the brackets. */
    private readonly offset: number,
  ) {
    super();
  }

  override eq(other: TaskBox): boolean {
    return other.isDone === this.isDone && other.isLocked === this.isLocked && other.name === this.name && other.offset === this.offset;
  }

  override toDOM(view: EditorView): HTMLElement {
    const place = document.createElement("span");
    place.className = "md-bullet md-task-box";
    const box = document.createElement("input");
    box.type = "checkbox";
    // Not `click`: what that prevents is put back after whatever is done in it.
    box.addEventListener("change", () => {
      const at = view.posAtDOM(place) + Number(place.dataset["offset"]);
      const change = tick(view.state.sliceDoc(at - 1, at + 2), at);
      if (change === null || view.state.readOnly) box.checked = !box.checked;
      else view.dispatch({ changes: change, userEvent: "input.task" });
    });
    place.append(box);
    this.updateDOM(place);
    return place;
  }

  override updateDOM(place: HTMLElement): boolean {
    const box = place.firstElementChild as HTMLInputElement;
    box.checked = this.isDone;
    box.disabled = this.isLocked;
    box.setAttribute("aria-label", this.name);
    place.dataset["offset"] = String(this.offset);
    return true;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** The change of one character that ticks a box or takes the tick away; none when there is no box. */
export function tick(box: string, at: number): { from: number; to: number; insert: string } | null {
  if (!/^\[[ xX]\]$/.test(box)) return null;
  return { from: at, to: at + 1, insert: box[1] === " " ? "x" : " " };
}

/** The lines of an item stand as far in as it does; those of items within it are drawn later, and further in. */
const item: Draw = (node, page) => {
  const mark = node.node.getChild("ListMark");
  if (mark === null) return;
  const level = Math.min(depth(node.node, LISTS), DEPTH_MAX);
  const { doc } = page.state;
  const start = doc.lineAt(mark.from);
  const inner = mark.to + 1 - start.from;
  for (const line of page.lines(node.from, node.to)) {
    page.depth(line.from, level);
    if (line.from === start.from || isMarked(node.node, line.from, line.to)) continue;
    const indent = Math.min(spaces(line.text), inner);
    if (!page.touches(line.from, line.from + indent - 1)) page.hide(line.from, line.from + indent);
  }
};

/** Whether an item within an item begins on this line, which then takes care of its start. */
function isMarked(node: SyntaxNode, from: number, to: number): boolean {
  for (let at: SyntaxNode | null = node.firstChild; at !== null; at = at.nextSibling) {
    if (!LISTS.test(at.name) || at.to < from || at.from > to) continue;
    for (let one = at.firstChild; one !== null; one = one.nextSibling) {
      if (one.from >= from && one.from <= to) return true;
      if (one.from < from && one.to >= from) return isMarked(one, from, to);
    }
  }
  return false;
}

const mark: Draw = (node, page) => {
  const parent = node.node.parent;
  if (parent === null) return;
  const line = page.state.doc.lineAt(node.from);
  const from = node.from - trailingSpaces(page.slice(line.from, node.from));
  page.line(line.from, "md-line-item");
  const task = parent.getChild("Task")?.getChild("TaskMarker") ?? null;
  const last = task ?? node;
  const to = page.slice(last.to, last.to + 1) === " " ? last.to + 1 : last.to;
  if (task !== null && /[xX]/.test(page.slice(task.from, task.to))) page.line(line.from, "md-line-done");
  // The caret before the first letter is at the words, and not at the mark.
  if (page.touches(from, to - 1) || (to === last.to && page.touches(to, to))) return;
  if (task !== null) {
    const name = page.slice(to, Math.min(line.to, to + NAME_UNITS_MAX)).trim() || say("task");
    page.replace(from, to, new TaskBox(/[xX]/.test(page.slice(task.from, task.to)), page.state.readOnly, name, task.from + 1 - from));
  } else {
    page.replace(from, to, new Bullet(parent.parent?.name === "OrderedList" ? page.slice(node.from, node.to) : "•"));
  }
};

export const lists: Readonly<Record<string, Draw>> = { ListItem: item, ListMark: mark };
