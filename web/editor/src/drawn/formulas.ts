// Formulas, set by KaTeX in a thread of its own and kept by their source. Loaded with the first formula that comes into view.

import css from "katex/dist/katex.min.css" with { type: "text" };
import program from "inkling-tab/formula.part.js";
import catalogue from "../../../locale/drawn.en.ftl";
import { sentences } from "../words.ts";
import type { Drawn } from "../drawn.ts";
import { addFonts } from "./fonts.ts";
import { Kept } from "./kept.ts";
import type { Tree } from "./paper.ts";
import type { Answer, Formula } from "./set.ts";
import { build } from "./tree.ts";
import { type Hand, Turns } from "./turns.ts";

const say = sentences(catalogue);

/** A formula of a page takes some milliseconds. */
const LIMIT_MS = 2_000;

/** Elements and texts that are kept, of all formulas. */
const NODES_KEPT_MAX = 150_000;

const kept = new Kept<Drawn>(NODES_KEPT_MAX);
const turns = new Turns(open, LIMIT_MS);

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
addFonts(sheet);
document.adoptedStyleSheets.push(sheet);

export function known(source: string, isDisplay: boolean): Drawn | undefined {
  return kept.get(key(source, isDisplay));
}

/** None when it cannot be set now, and may be another time. */
export async function make(source: string, isDisplay: boolean): Promise<Drawn | undefined> {
  const before = known(source, isDisplay);
  if (before !== undefined) return before;
  const answer = await turns.ask({ source, isDisplay });
  if (answer === "away") return undefined;
  const drawn = answer === "late" ? { problem: say("too-slow") } : drawnOf(answer);
  kept.set(key(source, isDisplay), drawn, "tree" in Object(answer) ? size((answer as { tree: Tree }).tree) : 1);
  return drawn;
}

function key(source: string, isDisplay: boolean): string {
  return `${isDisplay ? "$$" : "$"}${source}`;
}

function drawnOf(answer: Answer): Drawn {
  if ("tree" in answer) return { draw: () => build(answer.tree) };
  return { problem: "name" in answer ? say(answer.name) : say("formula-problem", { problem: answer.problem }) };
}

function size(tree: Tree): number {
  return typeof tree === "string" ? 1 : tree[3].reduce((sum, inside) => sum + size(inside), 1);
}

function open(): Promise<Hand<Formula, Answer>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(program);
    const close = () => worker.terminate();
    worker.onerror = (event) => {
      close();
      reject(new Error(`what sets formulas did not come: ${event.message}`));
    };
    const ask = (formula: Formula) =>
      new Promise<Answer>((tell) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => tell(data);
        worker.postMessage(formula);
      });
    worker.onmessage = () => resolve({ ask, close });
  });
}
