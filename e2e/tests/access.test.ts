import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { role, tray, writesCutOff } from "../harness/rescued.ts";
import { createRoom, join } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

const TEXT = `---
author: ada
---

# A heading

Some *text* with \`code\`, [a link](https://example.org), a footnote[^1] and ==marked== words.

- [ ] a task
- another

> [!warning]
> Beware

\`\`\`rust
fn main() {}
\`\`\`

| one | two |
| --- | --- |
| a cell | ${"and a long one ".repeat(12)}|

[^1]: The text of it.
`;

/** What opens above a document, and how. */
const OPENED: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ["the palette", (page) => page.keyboard.press("Control+k")],
  ["the keys", async (page) => (await page.getByTestId("account-menu").focus(), await page.keyboard.press("?"))],
  ["sharing", (page) => page.getByTestId("share").click()],
  ["history or export", (page) => page.getByTestId("take-document").click()],
  ["the faces", (page) => page.getByTestId("face").click()],
  ["the account", (page) => page.getByTestId("account-menu").click()],
  ["documents in and out", (page) => page.getByTestId("documents-menu").click()],
  ["a new room", (page) => page.getByTestId("new-room").click()],
  ["finding", (page) => within(page, "Control+f")],
  ["the outline", (page) => within(page, "Control+Shift+o")],
  ["the menu of blocks", async (page) => (await within(page, "Control+End"), await page.keyboard.type("\n/"), await page.locator(".cm-tooltip-autocomplete").waitFor())],
  ["what else the bar has", async (page) => (await within(page, "Control+Home"), await page.getByRole("button", { name: "More", exact: true }).first().click())],
  ["a table's menu", async (page) => (await page.locator(".md-cell").first().click(), await page.getByRole("button", { name: "Rows and columns" }).first().click())],
  ["a link", async (page) => (await page.getByRole("link", { name: "a link" }).click(), await page.getByTestId("link-bubble").waitFor())],
];

// Every screen, in both themes, for assistive technology, at the narrowest width and at twice the size.
for (const colorScheme of ["light", "dark"] as const) {
  test(`every screen is accessible and fits 320 px, ${colorScheme}`, async ({ browser }) => {
    test.slow();
    const server = await Server.start();
    const stranger = await Person.arrive(browser, server.url, undefined, { colorScheme });
    const findings: string[] = [];
    await look(stranger, "/welcome", findings);

    const room = await createRoom(server);
    await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: "See **this**: `code`, and https://example.org" });
    const invite = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/invites`, { role: "editor" });
    await join(server, room, "ben", "editor");
    await room.owner.put(`/api/v1/documents/${room.documentId}/content`, TEXT);
    for (const path of ["/sign-in", `/invite/${invite.token}`, "/no-access"]) await look(stranger, path, findings);

    const ada = await Person.arrive(browser, server.url, room.owner, { colorScheme });
    await ada.openDocument(room.documentId);
    for (const path of [`/documents/${room.documentId}`, "/", `/rooms/${room.roomId}`, "/settings", "/admin/people", "/admin/doctor", `/documents/${room.documentId}/linked?path=Nowhere.md`, "/nowhere"]) await look(ada, path, findings);
    for (const face of ["read", "plain", "source", "write"]) {
      await ada.page.evaluate((name) => localStorage.setItem("inkling.face", name), face);
      await look(ada, `/documents/${room.documentId}`, findings);
    }
    await ada.page.setViewportSize({ width: 1440, height: 900 });
    for (const [name, open] of OPENED) {
      await open(ada.page);
      await judge(ada.page, name, findings);
      await ada.page.keyboard.press("Escape");
    }
    expect(findings).toEqual([]);
    await server.dispose();
  });

  test(`work that was rescued is accessible and fits 320 px, ${colorScheme}`, async ({ browser }) => {
    const desk = await Desk.lay(browser);
    const { page } = desk.ben;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 1440, height: 900 });
    await writesCutOff(desk, "a line of ben's own", () => role(desk, "viewer"));
    const findings: string[] = [];
    await judge(page, "a document beside its rescued work", findings);
    await tray(desk.ben).click();
    await page.getByTestId("rescued-compare").click();
    await page.getByTestId("difference").waitFor();
    await judge(page, "the tray", findings);
    for (const width of [320, 720]) {
      await page.setViewportSize({ width, height: 640 });
      const excess = await page.getByRole("dialog").evaluate((dialog) => Math.max(dialog.scrollWidth - dialog.clientWidth, document.documentElement.scrollWidth - innerWidth));
      if (excess > 0) findings.push(`the tray: ${excess} px too wide at ${width} px`);
    }
    expect(findings).toEqual([]);
    await desk.clear();
  });
}

async function within(page: Page, key: string): Promise<void> {
  await page.getByTestId("editor-text").focus();
  await page.keyboard.press(key);
}

async function look(person: Person, path: string, findings: string[]): Promise<void> {
  const { page } = person;
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(path);
  await page.locator("#app:not([aria-busy])").waitFor();
  await expect(page.locator("main").first()).toBeVisible();
  await judge(page, path, findings);
  // The narrowest that has to do, and a window of 1440 by 900 at twice the size.
  for (const size of [{ width: 320, height: 640 }, { width: 720, height: 450 }]) {
    await page.setViewportSize(size);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (excess > 0) findings.push(`${path}: ${excess} px too wide at ${size.width} px`);
  }
}

async function judge(page: Page, name: string, findings: string[]): Promise<void> {
  // Arrow keys scroll this list from within the text.
  const builder = new AxeBuilder({ page }).exclude(".cm-tooltip-autocomplete > ul");
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  // In the dark only the colours are others.
  const { violations } = await (isDark ? builder.withRules(["color-contrast", "link-in-text-block"]) : builder).analyze();
  for (const { id, impact, nodes } of violations) {
    if (impact === "serious" || impact === "critical") findings.push(`${name}: ${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  }
}
