// People and documents of the room. What is put in is plain Markdown: a name with its sign, and a link that holds the document's id, so that it leads
// there whatever the document is called.

import { type Completion, type CompletionContext, type CompletionResult, insertCompletionText, pickedCompletion } from "./library.ts";
import type { EditorView } from "@codemirror/view";
import { nodeAround, opaqueAround, UNMARKED } from "../format/syntax.ts";
import type { Known } from "../complete.ts";

type Found = CompletionResult | null;
type Source = (context: CompletionContext) => Found | Promise<Found>;

/** A list that the tab does not have yet is looked for again so often, at this distance in milliseconds: its first question makes it load. */
const LOOKS_MAX = 40;
const LOOK_MS = 100;

export function personSource(known: () => Known | null): Source {
  return (context) => {
    const found = context.matchBefore(/(?<![\p{L}\p{N}_])@[\p{L}\p{N}._-]*/u);
    if (found === null || isCode(context)) return null;
    const people = (told: readonly string[]): Found => {
      const options = pairs(told).map(([username, name]) => person(username, name));
      return options.length === 0 ? null : { from: found.from + 1, options, validFor: /^[\p{L}\p{N}._-]*$/u };
    };
    return listed(context, () => known()?.people() ?? [], people);
  };
}

export function documentSource(known: () => Known | null): Source {
  return (context) => {
    const found = context.matchBefore(/\[\[[^\][\n]*/);
    if (found === null || isCode(context)) return null;
    const documents = (told: readonly string[]): Found => {
      const options = pairs(told).map(([id, title]) => document(id, title));
      return options.length === 0 ? null : { from: found.from + 2, options, validFor: /^[^\][\n]*$/ };
    };
    return listed(context, () => known()?.documents() ?? [], documents);
  };
}

/** At once where the tab has the list, and as soon as it has it elsewhere. */
function listed(context: CompletionContext, ask: () => readonly string[], show: (told: readonly string[]) => Found): Found | Promise<Found> {
  const told = ask();
  if (told.length > 0) return show(told);
  const later = async (): Promise<Found> => {
    for (let looks = 0; looks < LOOKS_MAX && !context.aborted; looks++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const now = ask();
      if (now.length > 0) return show(now);
    }
    return null;
  };
  return later();
}

/** Found by the name as well as by what is put in. */
function person(username: string, name: string): Completion {
  const isSame = name === username;
  return {
    label: isSame ? username : `${name} ${username}`,
    displayLabel: name,
    ...(isSame ? {} : { detail: `@${username}` }),
    type: "person",
    apply: (view, completion, from, to) => put(view, completion, `${username} `, from, to),
  };
}

function document(id: string, title: string): Completion {
  return {
    label: title,
    type: "document",
    apply: (view, completion, from, to) => {
      // Somebody who closes the brackets by habit has them already.
      const end = view.state.sliceDoc(to, to + 2) === "]]" ? to + 2 : to;
      put(view, completion, documentLink(id, title), from - 2, end);
    },
  };
}

export function documentLink(id: string, title: string): string {
  return `[${title.replace(/[\\[\]*_`~<]/g, "\\$&")}](/documents/${id})`;
}

function put(view: EditorView, completion: Completion, text: string, from: number, to: number): void {
  view.dispatch({ ...insertCompletionText(view.state, text, from, to), annotations: pickedCompletion.of(completion) });
}

function isCode({ state, pos }: CompletionContext): boolean {
  return opaqueAround(state, pos) !== null || nodeAround(state, pos, (name) => UNMARKED.test(name)) !== null;
}

function pairs(told: readonly string[]): [string, string][] {
  return Array.from({ length: Math.floor(told.length / 2) }, (_, at) => [told[at * 2] ?? "", told[at * 2 + 1] ?? ""]);
}
