// What the server tells of an import, line by line, and how it is shown when it has ended.

import { make } from "../dom.ts";
import { say } from "./words.ts";

/** As `POST /api/v1/rooms/{room_id}/import` answers. */
export type Line =
  | { kind: "found"; documents: number }
  | { kind: "document"; path: string; document_id: string; title: string; again: boolean }
  | { kind: "file"; path: string; document_id: string }
  | { kind: "left_out"; path: string; reason: string; message: string }
  | { kind: "done"; documents: number; files: number; left_out: number; hidden: number }
  | { kind: "stopped"; code: string; message: string };

export class Told {
  expected = 0;
  readonly documents: Extract<Line, { kind: "document" }>[] = [];
  readonly leftOut: Extract<Line, { kind: "left_out" }>[] = [];
  readonly #files = new Map<string, number>();
  #end: Extract<Line, { kind: "done" | "stopped" }> | undefined;

  hear(line: Line): void {
    if (line.kind === "found") this.expected = line.documents;
    else if (line.kind === "document") this.documents.push(line);
    else if (line.kind === "left_out") this.leftOut.push(line);
    else if (line.kind === "file") this.#files.set(line.document_id, (this.#files.get(line.document_id) ?? 0) + 1);
    else this.#end = line;
  }

  /** Whether all was looked at. */
  get isDone(): boolean {
    return this.#end?.kind === "done";
  }

  /** One sentence for all of it. */
  summary(problem: string): string {
    if (this.#end === undefined) return problem;
    if (this.#end.kind === "stopped") return say("import-stopped", { problem: this.#end.message });
    return say("import-done", { documents: String(this.#end.documents), files: String(this.#end.files) });
  }

  /** The result: what was left out first, since somebody has to look at it. */
  shown(problem: string): HTMLElement[] {
    const summary = make("p", { role: "status" }, this.summary(problem));
    summary.dataset["testid"] = "import-result";
    const parts: HTMLElement[] = [summary];
    if (this.leftOut.length > 0) {
      const rows = this.leftOut.map(({ path, message }) => make("li", {}, path, make("span", { className: "small soft" }, message)));
      parts.push(list(say("import-left-out", { count: String(this.leftOut.length) }), rows));
    }
    if (this.documents.length > 0) {
      const rows = this.documents.map(({ document_id, title, path, again }) => {
        const files = this.#files.get(document_id);
        const notes = [path, again ? say("import-again") : "", files === undefined ? "" : say("import-file-of", { count: String(files) })];
        const note = notes.filter((part) => part !== "").join(" · ");
        return make("li", {}, make("a", { href: `/documents/${document_id}` }, title), make("span", { className: "small soft" }, note));
      });
      parts.push(list(say("import-made"), rows));
    }
    if (this.#end?.kind === "done" && this.#end.hidden > 0) {
      parts.push(make("p", { className: "small soft" }, say("import-hidden", { count: String(this.#end.hidden) })));
    }
    return parts;
  }
}

function list(title: string, rows: HTMLElement[]): HTMLElement {
  const made = make("ul", { className: "rows transfer-list", ariaLabel: title, tabIndex: 0 }, ...rows);
  return make("div", {}, make("h3", { className: "field-label" }, title), made);
}
