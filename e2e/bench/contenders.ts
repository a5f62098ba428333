// Who is measured: our editor in the face that people write in and with all marks seen, CodeMirror alone, and the stock Yjs editor, each in a tab of its own on the same document text.
import type { Browser, Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Person } from "../harness/person.ts";
import { createRoom, documentToken, type Room } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { watchMemory } from "./memory.ts";
import { watchSockets } from "./remote.ts";

export const CONTENDERS = ["ours", "source", "bare", "stock"] as const;
export type Contender = (typeof CONTENDERS)[number];

const editor = join(import.meta.dirname, "../../web/editor");

/** The pages' programs, bundled with the CodeMirror that our editor has, so that all three run the same one. */
function bundleRivals(): Record<"bare" | "stock", string> {
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

/** Where all of it takes place. */
export interface Stage {
  browser: Browser;
  server: Server;
  room: Room;
  programs: Record<"bare" | "stock", string>;
}

export async function makeStage(browser: Browser): Promise<Stage> {
  // More than the server lets one request bring as it comes.
  const server = await Server.start("--limit-content-bytes", "16777216");
  return { browser, server, room: await createRoom(server), programs: bundleRivals() };
}

/** A new document of the room, with this text. */
export async function makeDocument({ room }: Stage, title: string, text: string): Promise<string> {
  const { id } = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title });
  await room.owner.put(`/api/v1/documents/${id}/content`, text);
  return id;
}

/** Names the page in a trace. */
export const MARK = "inkling-bench";

/** A tab with the document open, and how long it took from asking for the page to the first line drawn, milliseconds. */
export async function arrive({ browser, server, room, programs }: Stage, documentId: string, contender: Contender): Promise<{ person: Person; openMs: number }> {
  const base = server.url;
  const person = await Person.arrive(browser, base, room.owner);
  await watchMemory(person.page);
  await watchSockets(person.page);
  await person.page.addInitScript((mark) => {
    performance.mark(mark);
    const look = () => {
      if (document.querySelector(".cm-line")?.textContent) window.openedMs = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  }, MARK);
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
  return { person, openMs: await person.page.evaluate(() => window.openedMs ?? NaN) };
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
  }
}
