import { expect, type Page } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { type Profile, withProfile } from "../harness/profile.ts";
import { join, type Room } from "../harness/room.ts";
import type { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("formulas and diagrams", () => {
  let server: Server;
  let room: Room;
  let profile: Profile;
  withProfile((...made) => ([server, room, profile] = made));

  test("that one types are seen by both, written and read, and without a network too; and a broken one tells why", async ({ browser }) => {
    test.slow();
    const ada = await Person.arrive(browser, server.url, room.owner);
    const ben = await profile.start();
    await ben.signIn(await join(server, room, "ben", "editor"));
    await ada.openDocument(room.documentId);
    await ben.openDocument(room.documentId);
    await ben.page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
    expect(await keptForLater(ben.page)).toEqual([]);

    await ada.editor.click();
    await ada.type("for $5 or $6: $x^2$\n\n$\\nope$\n\n");
    await ada.type("/diag");
    await ada.page.getByRole("option", { name: "Diagram" }).waitFor();
    await ada.page.keyboard.press("Enter");
    await ada.page.keyboard.press("ArrowDown");
    await ada.page.keyboard.press("End");
    await ada.type("\n\nthe end");
    await ada.saved();
    for (const { page } of [ada, ben]) await seen(page.locator(".cm-content"));
    await expect(ada.page.locator(".cm-content")).toContainText("for $5 or $6");
    await expect(ada.page.getByText("Undefined control sequence: \\nope")).toBeVisible();

    // To its source with the keyboard, and back again by going elsewhere.
    await ada.page.locator(".md-drawn-block").focus();
    await expect(ada.page.locator(".cm-focused")).toHaveCount(0);
    await ada.page.keyboard.press("Enter");
    await expect(ada.page.locator(".cm-content")).toContainText("flowchart LR");
    await ada.toEnd();
    await expect(ada.page.locator(".cm-content")).not.toContainText("flowchart LR");

    await ben.turnTo("Read");
    const page = ben.page.getByTestId("read");
    await seen(page);
    await expect(page.locator(".diagram img")).toHaveAttribute("alt", /A --> B/);
    await expect(page.locator(".katex math")).toHaveCount(1);
    await expect(page).toContainText("Undefined control sequence: \\nope");
    await until("the browser keeps what draws them", async () => (await keptForLater(ben.page)).length >= 3);
    await expect(ben.saveState).toHaveAttribute("data-state", "saved");
    await server.stop();
    await ben.page.reload();
    await seen(ben.page.getByTestId("read"));
  });

  test("leave the carets behind them where the text is, one's own and those of others", async ({ browser }) => {
    const ada = await Person.arrive(browser, server.url, room.owner);
    const ben = await Person.arrive(browser, server.url, await join(server, room, "ben", "editor"));
    const { id } = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title: "Behind" });
    const end = "behind it";
    // Not as wide drawn as it is written.
    await room.owner.put(`/api/v1/documents/${id}/content`, `$\\quad\\qquad\\qquad\\qquad\\qquad x$ ${end}`);
    // What draws comes when both are at the end of the line already.
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    for (const { page } of [ada, ben]) {
      await page.route("**/assets/*.part-*", async (route) => {
        await held;
        await route.continue();
      });
    }
    for (const person of [ada, ben]) {
      await person.openDocument(id);
      await person.toEnd();
    }
    await expect(ada.carets).toHaveCount(1);
    go();
    await expect(ada.page.locator(".cm-content .katex-html")).toBeVisible();
    for (const caret of [ada.page.locator(".cm-cursor-primary"), ada.carets]) {
      await expect.poll(async () => Math.abs(((await caret.boundingBox())?.x ?? 0) - (await endOf(ada.page, end)))).toBeLessThan(6);
    }
  });
});

/** Where these words end on the page. */
async function endOf(page: Page, words: string): Promise<number> {
  return page.locator(".cm-line", { hasText: words }).evaluate((line) => {
    const text = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (text.nextNode()) range.selectNodeContents(text.currentNode);
    return range.getBoundingClientRect().right;
  });
}

async function seen(text: ReturnType<Page["locator"]>): Promise<void> {
  await expect(text.locator(".katex-html")).toBeVisible();
  const picture = text.locator(".diagram img");
  await expect(picture).toBeVisible({ timeout: 60_000 });
  expect(await picture.evaluate((one: HTMLImageElement) => one.decode().then(() => one.naturalWidth))).toBeGreaterThan(50);
}

/** Which programs for drawing the worker keeps. */
async function keptForLater(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return found.flat().map(({ url }) => new URL(url).pathname).filter((path) => path.includes(".part-"));
  });
}
