// The program that draws diagrams, as the frame runs it: Mermaid, with what the text of a diagram may not decide.

import mermaid, { type MermaidConfig } from "mermaid";
import type { Draw, Question, Reply } from "./question.ts";

/** More of them take a browser seconds, UTF-16 units and lines between things. */
const SOURCE_UNITS_MAX = 20_000;
const EDGES_MAX = 300;

const CONFIG: MermaidConfig = {
  startOnLoad: false,
  securityLevel: "strict",
  suppressErrorRendering: true,
  deterministicIds: true,
  maxTextSize: SOURCE_UNITS_MAX,
  maxEdges: EDGES_MAX,
  layout: "dagre",
  // Labels are text of the picture: HTML in one is not shown everywhere.
  htmlLabels: false,
  fontFamily: "system-ui, sans-serif",
  // Flat, as all of a page is: what is a shadow on light paper is a glow on dark paper.
  look: "classic",
  secure: ["secure", "securityLevel", "startOnLoad", "suppressErrorRendering", "maxTextSize", "maxEdges", "htmlLabels", "fontFamily", "themeCSS", "dompurifyConfig"],
};

let drawn = 0;

const draw: Draw = async ({ source, isDark }: Question): Promise<Reply> => {
  mermaid.initialize({ ...CONFIG, theme: isDark ? "dark" : "default" });
  drawn += 1;
  try {
    const { svg } = await mermaid.render(`diagram-${drawn}`, source);
    return picture(svg);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  } finally {
    // What a diagram that broke has left behind.
    document.body.replaceChildren();
  }
};

/** As a document of its own, as large as it wants to be. */
function picture(markup: string): Picture {
  // In a document that nothing runs in.
  const svg = new DOMParser().parseFromString(markup, "text/html").querySelector("svg");
  if (svg === null) throw new Error("there is no picture");
  const box = svg.viewBox.baseVal;
  const [width, height] = [Math.ceil(box?.width ?? 0) || 300, Math.ceil(box?.height ?? 0) || 150];
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  svg.style.maxWidth = "";
  const said = [...svg.children].filter(({ tagName }) => tagName === "title" || tagName === "desc");
  const title = said.map((one) => one.textContent?.trim() ?? "").filter((text) => text !== "").join(". ");
  return { svg: new XMLSerializer().serializeToString(svg), width, height, title };
}

type Picture = Extract<Reply, { svg: string }>;

Object.assign(globalThis, { inklingDraw: draw });
