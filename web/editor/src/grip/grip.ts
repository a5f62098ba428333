// The grip, the line that shows where what is dragged would go, and the drag itself. What others write meanwhile moves what is dragged; Escape leaves
// everything as it is.

import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { icon, make } from "../dom.ts";
import { carried, goalAt, type Side, type Unit, unitAt } from "../lists/carry.ts";
import { say } from "../preview/words.ts";

/** Six dots, from Lucide. */
const DOTS = "M8 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M8 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M8 19a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M14 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M14 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M14 19a1 1 0 1 0 2 0a1 1 0 1 0 -2 0";

/** So near to an edge the text scrolls, pixels, and so much with each frame at most. */
const EDGE_PX = 48;
const SCROLL_PX_MAX = 14;

/** A grip is so wide, pixels. */
const GRIP_PX = 16;

/** `height` is where somebody points at already, in the window. */
export function blockGrip(height: number | null): Extension {
  return [
    ViewPlugin.define((view) => new Grip(view, height), {
      eventObservers: {
        pointermove(event) {
          if (event.pointerType === "mouse") this.point(event.clientY);
        },
        keydown() {
          this.hide();
        },
      },
    }),
    EditorView.theme({
      ".block-grip": {
        position: "absolute",
        zIndex: "2",
        width: `${GRIP_PX}px`,
        padding: "0",
        borderRadius: "var(--radius-s)",
        color: "var(--ink-soft)",
        cursor: "grab",
        lineHeight: "0",
        touchAction: "none",
      },
      ".block-grip:hover, .block-grip.is-held": { backgroundColor: "var(--hover)", color: "var(--ink)" },
      ".block-grip.is-held": { cursor: "grabbing" },
      ".block-grip[hidden], .block-goal[hidden], .block-carried[hidden]": { display: "none" },
      ".block-goal": { position: "absolute", zIndex: "2", height: "2px", borderRadius: "1px", backgroundColor: "var(--accent)", pointerEvents: "none" },
      ".block-carried": { position: "absolute", zIndex: "1", borderRadius: "var(--radius-s)", backgroundColor: "var(--accent-wash)", pointerEvents: "none" },
    }),
  ];
}

interface Drag {
  pointer: number;
  /** In what is dragged, so that it is found again. */
  at: number;
  y: number;
  goal: { at: number; side: Side } | null;
  frame: number;
}

class Grip implements PluginValue {
  private readonly grip = make("button", { className: "block-grip", type: "button", tabIndex: -1, hidden: true, title: say("grip"), ariaLabel: say("grip") }, icon(DOTS, 16));
  private readonly goal = make("div", { className: "block-goal", hidden: true });
  private readonly shade = make("div", { className: "block-carried", hidden: true });
  /** The start of the line that the grip stands at. */
  private at = -1;
  private drag: Drag | null = null;
  private readonly escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.end();
  };
  private readonly left = () => {
    if (this.drag === null) this.hide();
  };

  constructor(
    private readonly view: EditorView,
    height: number | null,
  ) {
    const { grip } = this;
    grip.dataset["testid"] = "block-grip";
    // The caret stays where it is, and so does a phone's keyboard.
    grip.onmousedown = (event) => event.preventDefault();
    grip.onpointerdown = (event) => this.begin(event);
    grip.onpointermove = (event) => this.move(event);
    grip.onpointerup = (event) => event.pointerId === this.drag?.pointer && this.drop();
    grip.onpointercancel = () => this.end();
    grip.onlostpointercapture = () => this.end();
    view.scrollDOM.append(grip, this.goal, this.shade);
    view.scrollDOM.addEventListener("pointerleave", this.left);
    this.atCaret();
    // Not before the editor has this, and may be asked for heights.
    if (height !== null) queueMicrotask(() => this.point(height));
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      if (this.at >= 0) this.at = update.changes.mapPos(this.at, 1);
      if (this.drag !== null) {
        // What was deleted by others is not there to be put anywhere.
        const isGone = update.changes.touchesRange(this.drag.at, this.drag.at) === "cover";
        this.drag.at = update.changes.mapPos(this.drag.at, 1);
        if (isGone) this.end();
      }
    }
    if (update.state.readOnly) this.end();
    if (update.docChanged || update.geometryChanged || update.viewportChanged) this.place();
    else if (update.selectionSet || update.focusChanged) this.atCaret();
    // Where that is now is only known after the update.
    if (this.drag !== null && update.docChanged) queueMicrotask(() => this.aim());
  }

  destroy(): void {
    this.end();
    this.view.scrollDOM.removeEventListener("pointerleave", this.left);
    for (const element of [this.grip, this.goal, this.shade]) element.remove();
  }

  /** The grip goes to the block at this height. */
  point(y: number): void {
    if (this.drag !== null) return;
    this.stand(this.lineAt(y));
  }

  hide(): void {
    if (this.drag !== null || matchMedia("(hover: none)").matches) return;
    this.at = -1;
    this.grip.hidden = true;
  }

  /** Where nobody can point, the grip is at the caret. */
  private atCaret(): void {
    if (this.drag !== null || !matchMedia("(hover: none)").matches) return;
    this.stand(this.view.hasFocus ? this.view.state.selection.main.head : -1);
  }

  private stand(at: number): void {
    const { state } = this.view;
    const unit = at < 0 || state.readOnly ? null : unitAt(state, state.doc.lineAt(at));
    const now = unit?.first.from ?? -1;
    if (now === this.at) return;
    this.at = now;
    this.place();
  }

  private lineAt(y: number): number {
    return this.view.lineBlockAtHeight(y - this.view.documentTop).from;
  }

  /** Puts what is drawn where its lines are, once they are measured. */
  private place(): void {
    this.view.requestMeasure({
      key: this,
      read: (view) => {
        const { state } = view;
        const box = view.scrollDOM.getBoundingClientRect();
        const [top, left] = [view.documentTop - box.top + view.scrollDOM.scrollTop, view.contentDOM.getBoundingClientRect().left - box.left];
        const text = Number.parseFloat(getComputedStyle(view.contentDOM).paddingInlineStart) || 0;
        const width = view.contentDOM.clientWidth - 2 * text;
        const line = this.at < 0 || this.at > state.doc.length ? null : view.lineBlockAt(this.at);
        const own = this.drag === null ? null : unitOf(state, this.drag.at);
        const goal = this.drag?.goal ?? null;
        const end = goal === null ? null : unitOf(state, goal.at);
        return {
          // Outside of what folds the line; on narrow pages there is no more room than this.
          grip: line && { top: line.top + top, left: Math.max(0, left + text - 2 * GRIP_PX - 4), height: Math.min(line.height, 28) },
          shade: own && { top: view.lineBlockAt(own.first.from).top + top, bottom: view.lineBlockAt(own.last.from).bottom + top, left: left + text - 4, width: width + 8 },
          goal: end && { top: (goal?.side === "before" ? view.lineBlockAt(end.first.from).top : view.lineBlockAt(end.last.from).bottom) + top, left: left + text, width },
        };
      },
      write: ({ grip, shade, goal }) => {
        this.grip.hidden = grip === null;
        if (grip !== null) set(this.grip, { top: grip.top, left: grip.left, height: grip.height });
        this.shade.hidden = shade === null;
        if (shade !== null) set(this.shade, { top: shade.top, height: shade.bottom - shade.top, left: shade.left, width: shade.width });
        this.goal.hidden = goal === null;
        if (goal !== null) set(this.goal, { top: goal.top - 1, left: goal.left, width: goal.width });
      },
    });
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0 || this.at < 0 || this.drag !== null) return;
    event.preventDefault();
    this.grip.setPointerCapture(event.pointerId);
    this.grip.classList.add("is-held");
    // At the start of its words: blanks before an item may be those of the one that it is in.
    const line = this.view.state.doc.lineAt(this.at);
    const at = line.from + (/^[ >\t]*/.exec(line.text)?.[0].length ?? 0);
    this.drag = { pointer: event.pointerId, at, y: event.clientY, goal: null, frame: 0 };
    document.addEventListener("keydown", this.escape, { capture: true });
    this.place();
  }

  private move(event: PointerEvent): void {
    if (event.pointerId !== this.drag?.pointer) return;
    this.drag.y = event.clientY;
    this.aim();
    if (this.drag.frame === 0 && this.pull() !== 0) this.scroll();
  }

  /** How far the text is to be scrolled with the next frame. */
  private pull(): number {
    if (this.drag === null) return 0;
    const { top, bottom } = this.view.scrollDOM.getBoundingClientRect();
    const over = Math.min(0, this.drag.y - top - EDGE_PX) || Math.max(0, this.drag.y - bottom + EDGE_PX);
    return Math.max(-SCROLL_PX_MAX, Math.min(SCROLL_PX_MAX, over / 3));
  }

  private scroll(): void {
    const { drag } = this;
    if (drag === null) return;
    drag.frame = requestAnimationFrame(() => {
      drag.frame = 0;
      const by = this.pull();
      if (this.drag !== drag || by === 0) return;
      this.view.scrollDOM.scrollTop += by;
      this.aim();
      this.scroll();
    });
  }

  /** Finds the place under the pointer. */
  private aim(): void {
    const { drag, view } = this;
    if (drag === null) return;
    const { state } = view;
    const own = unitOf(state, drag.at);
    const y = drag.y - view.documentTop;
    const block = view.lineBlockAtHeight(y);
    const goal = own && goalAt(state, own, state.doc.lineAt(block.from));
    drag.goal = null;
    if (own !== null && goal !== null) {
      const [top, bottom] = [view.lineBlockAt(goal.first.from), view.lineBlockAt(goal.last.from)];
      // An item with others in it is passed by its own line: below that come those in it.
      const middle = goal.item === null ? (top.top + bottom.bottom) / 2 : (top.top + top.bottom) / 2;
      const within = goal.item?.getChild("BulletList") ?? goal.item?.getChild("OrderedList") ?? null;
      const first = y > middle && within !== null ? within.getChild("ListItem") : null;
      const inner = first && goalAt(state, own, state.doc.lineAt(first.from));
      const aimed: { unit: Unit; side: Side } = inner ? { unit: inner, side: "before" } : { unit: goal, side: y > middle && first === null ? "after" : "before" };
      if (carried(state, own, aimed.unit, aimed.side) !== null) drag.goal = { at: aimed.unit.first.from, side: aimed.side };
    }
    this.place();
  }

  private drop(): void {
    const { drag, view } = this;
    if (drag === null) return;
    const { state } = view;
    const own = unitOf(state, drag.at);
    const goal = drag.goal === null ? null : unitOf(state, drag.goal.at);
    const spec = own && goal && drag.goal && !state.readOnly ? carried(state, own, goal, drag.goal.side) : null;
    this.end();
    if (spec === null) return;
    view.dispatch(state.update(spec, { userEvent: "move.drop" }));
  }

  private end(): void {
    const { drag } = this;
    if (drag === null) return;
    this.drag = null;
    cancelAnimationFrame(drag.frame);
    document.removeEventListener("keydown", this.escape, { capture: true });
    this.grip.classList.remove("is-held");
    if (this.grip.hasPointerCapture(drag.pointer)) this.grip.releasePointerCapture(drag.pointer);
    this.place();
  }
}

/** What begins with the words at a place. */
function unitOf(state: EditorState, at: number): Unit | null {
  return unitAt(state, state.doc.lineAt(Math.min(at, state.doc.length)));
}

function set(element: HTMLElement, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes)) element.style.setProperty(name, `${size}px`);
}
