// Diagrams, drawn by Mermaid in a frame that is of no site, shown as pictures in which nothing runs, and kept by their source. Loaded with the
// first diagram that comes into view.

import frame from "inkling-tab/diagram.part.html";
import program from "inkling-tab/diagram.part.js";
import catalogue from "../../../locale/drawn.en.ftl";
import { make as element } from "../dom.ts";
import type { Drawn } from "../drawn.ts";
import { sentences } from "../words.ts";
import { Kept } from "./kept.ts";
import type { Question, Reply } from "./question.ts";
import { type Hand, type Result, Turns } from "./turns.ts";

const say = sentences(catalogue);

/** A diagram of a page takes some tenths of a second, and the first one more. */
const LIMIT_MS = 8_000;

/** A frame that has not come by then does not come, milliseconds. */
const FRAME_MS_MAX = 15_000;

/** Pictures that are kept, UTF-16 units of all of them. */
const UNITS_KEPT_MAX = 4_000_000;

/** Whoever hears a diagram without a title hears its source, and not more of it than this, UTF-16 units. */
const SAID_UNITS_MAX = 600;

const kept = new Kept<Drawn>(UNITS_KEPT_MAX);
const turns = new Turns(open, LIMIT_MS);

export function known(source: string, isDark: boolean): Drawn | undefined {
  return kept.get(key({ source, isDark }));
}

/** None when it cannot be drawn now, and may be another time. */
export async function make(source: string, isDark: boolean): Promise<Drawn | undefined> {
  const question = { source, isDark };
  const before = kept.get(key(question));
  if (before !== undefined) return before;
  const reply = await turns.ask(question);
  if (reply === "away") return undefined;
  const drawn = drawnOf(source, reply);
  kept.set(key(question), drawn, source.length + (typeof reply === "object" && "svg" in reply ? reply.svg.length : 0));
  return drawn;
}

function key({ source, isDark }: Question): string {
  return `${isDark ? "dark" : "light"}\n${source}`;
}

function drawnOf(source: string, reply: Exclude<Result<Reply>, "away">): Drawn {
  if (reply === "late") return { problem: say("diagram-slow") };
  if ("problem" in reply) return { problem: say("diagram-problem", { problem: reply.problem }) };
  const { svg, width, height, title } = reply;
  const bytes = new Blob([svg], { type: "image/svg+xml" });
  const said = source.length > SAID_UNITS_MAX ? `${source.slice(0, SAID_UNITS_MAX)}…` : source;
  const alt = title === "" ? say("diagram-said", { source: said }) : title;
  return {
    picture: { svg, alt, width, height },
    draw() {
      const picture = element("img", { alt, width, height });
      const address = URL.createObjectURL(bytes);
      picture.onload = picture.onerror = () => URL.revokeObjectURL(address);
      picture.src = address;
      return picture;
    },
  };
}

async function open(): Promise<Hand<Question, Reply>> {
  const answer = await fetch(program);
  if (!answer.ok) throw new Error(`what draws diagrams did not come: ${answer.status}`);
  const code = await answer.text();
  const place = document.createElement("iframe");
  place.src = frame;
  place.inert = true;
  place.ariaHidden = "true";
  // As large as a page, out of sight: what is not laid out cannot be measured.
  Object.assign(place.style, { position: "fixed", insetInlineStart: "-3000px", inlineSize: "1200px", blockSize: "900px", border: "0", visibility: "hidden" });
  const close = () => place.remove();
  const next = () =>
    new Promise<unknown>((resolve) => {
      const hear = ({ source, data }: MessageEvent) => {
        if (source !== place.contentWindow) return;
        window.removeEventListener("message", hear);
        resolve(data);
      };
      window.addEventListener("message", hear);
    });
  const said = async (what: unknown): Promise<unknown> => {
    const heard = next();
    // It is of no site, so there is none to name; what is said is a program of ours, or what somebody wrote.
    place.contentWindow?.postMessage(what, "*");
    return heard;
  };
  try {
    const here = next();
    document.body.append(place);
    const isReady = here.then((word) => word === "here" && said({ program: code })).then((word) => word === "ready");
    const gone = new Promise<false>((resolve) => setTimeout(() => resolve(false), FRAME_MS_MAX));
    if (!(await Promise.race([isReady, gone]))) throw new Error("the frame in which diagrams are drawn did not come");
  } catch (error) {
    close();
    throw error;
  }
  return { ask: (question) => said(question) as Promise<Reply>, close };
}
