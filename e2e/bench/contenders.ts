// Who is measured: our editor in the face that people write in and with all marks seen, CodeMirror alone, and the stock Yjs editor, each in a tab of its own on the same document text.
import type { Browser, Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Person } from "../harness/person.ts";
import { documentToken, type Room } from "../harness/room.ts";

export const CONTENDERS = ["ours", "source", "bare", "stock"] as const;
export type Contender = (typeof CONTENDERS)[number];

const editor = join(import.meta.dirname, "../../web/editor");

/** The pages' programs, bundled with the CodeMirror that our editor has, so that all three run the same one. */
export function bundleRivals(): Record<"bare" | "stock", string> {
  const folder = mkdtempSync(join(tmpdir(), "inkling-bench-"));
  const packages = ["state", "view", "commands", "language", "lang-markdown"].map((name) => `@codemirror/${name}`);
  execFileSync(
    join(editor, "node_modules/.bin/esbuild"),
    [
      ...["bare", "stock"].map((name) => join(import.meta.dirname, `pages/${name}.ts`)),
      "--bundle",
      "--format=esm",
      "--target=es2022",
      "--minify",
      "--log-level=warning",
      `--outdir=${folder}`,
      ...packages.map((name) => `--alias:${name}=${join(editor, "node_modules", name)}`),
      `--alias:@codemirror/lang-html=${join(editor, "src/html.ts")}`,
      `--alias:@lezer/common=${join(editor, "node_modules/@lezer/common")}`,
    ],
    { stdio: "inherit" },
  );
  const read = (name: string) => readFileSync(join(folder, `${name}.js`), "utf8");
  const programs = { bare: read("bare"), stock: read("stock") };
  rmSync(folder, { recursive: true });
  return programs;
}

/** A tab with the document open; how long it took from asking for the page to the first line drawn, and the longest task until then and a moment after, milliseconds. */
export async function arrive(
  browser: Browser,
  base: string,
  room: Room,
  documentId: string,
  contender: Contender,
  programs: Record<"bare" | "stock", string>,
): Promise<{ person: Person; openMs: number; taskMs: number }> {
  const person = await Person.arrive(browser, base, room.owner);
  await person.page.addInitScript(() => {
    const look = () => {
      if (document.querySelector(".cm-line")?.textContent) window.openedMs = performance.now();
      else requestAnimationFrame(look);
    };
    look();
    window.longestMs = 0;
    const longer = (list: PerformanceObserverEntryList) => list.getEntries().forEach(({ duration }) => (window.longestMs = Math.max(window.longestMs ?? 0, duration)));
    new PerformanceObserver(longer).observe({ type: "longtask", buffered: true });
  });
  if (contender === "source") await person.page.addInitScript(() => localStorage.setItem("inkling.face", "source"));
  if (contender === "ours" || contender === "source") {
    await person.openDocument(documentId);
  } else {
    const token = await documentToken(room.owner, documentId);
    const style = /href="([^"]+\.css)"/.exec(await room.owner.text("/"))?.[1];
    if (style === undefined) throw new Error("the page names no style sheet");
    // A page that is handed to the browser counts as a stranger's, which may not call a server on this machine unasked.
    await person.context.grantPermissions(["local-network-access"]);
    // Served under the server's own name, so that cookie and origin are those of a page of it.
    await person.page.route(`${base}/rival`, (route) => route.fulfill({ contentType: "text/html", body: page(style, documentId, token, programs[contender]) }));
    await person.page.goto("/rival");
    await person.editor.waitFor();
  }
  await person.page.waitForFunction(() => window.openedMs !== undefined);
  await stopBlinking(person.page);
  const [openMs, taskMs] = await person.page.evaluate(() => [window.openedMs ?? NaN, window.longestMs ?? NaN] as const);
  return { person, openMs, taskMs };
}

/** With frames made as fast as they can be, a caret that blinks keeps a core busy. */
async function stopBlinking(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".cm-cursorLayer { animation: none !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
}

function page(style: string, documentId: string, token: string, program: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><link rel="stylesheet" href="${style}">
<style>body { display: grid; grid-template-columns: 260px 1fr 340px; block-size: 100vh; margin: 0 } .editor { grid-column: 2; min-inline-size: 0; block-size: 100vh }</style>
<script>window.rival = ${JSON.stringify({ documentId, token })}</script></head>
<body><div class="editor"><div class="editor-mount"></div></div>
<script type="module">${program.replaceAll("</script", "<\\/script")}</script></body></html>`;
}

declare global {
  interface Window {
    openedMs?: number;
    /** Tasks under 50 ms are not told of. */
    longestMs?: number;
  }
}
