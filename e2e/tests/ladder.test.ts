// Networks that let no WebSocket through, or nothing for a while.
import { expect } from "@playwright/test";
import { Desk } from "../harness/desk.ts";
import type { Person } from "../harness/person.ts";
import { Proxy } from "../harness/proxy.ts";
import { documentToken } from "../harness/room.ts";
import { StockClient } from "../harness/stock.ts";
import { test } from "../harness/test.ts";

test.describe("two people behind a proxy", () => {
  let proxy: Proxy;
  let desk: Desk;
  const lay = async (browser: Parameters<typeof Desk.lay>[0]) => {
    desk = await Desk.lay(browser, proxy);
  };
  test.beforeEach(async () => {
    proxy = await Proxy.start();
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) console.log(desk.server.log.split("\n").slice(-30).join("\n"), proxy.seen.slice(-40).join("\n"));
    await desk.clear();
    await proxy.close();
  });

  test("that refuses WebSockets write together over events, and see each other's carets", async ({ browser }) => {
    proxy.sockets = "refuse";
    await lay(browser);
    const { ada, ben } = desk;
    await carriedBy("events", ada, ben);
    await writeTogether(desk);
    await ben.toEnd();
    await expect(ada.carets).toHaveCount(1);
    await ben.leave();
    await expect(ada.carets).toHaveCount(0, { timeout: 5_000 });
  });

  test("that lets WebSockets hang and holds events back write together by polling, and climb when it lets them through", async ({ browser }) => {
    proxy.sockets = "hang";
    proxy.events = "buffer";
    await lay(browser);
    const { ada, ben } = desk;
    await carriedBy("poll", ada, ben);
    await writeTogether(desk);
    proxy.sockets = "pass";
    await expect(ada.saveState).toHaveAttribute("data-carrier", "socket", { timeout: 60_000 });
    await expect(ben.saveState).toHaveAttribute("data-carrier", "socket", { timeout: 60_000 });
    await ada.toEnd();
    await ada.type(" And on.");
    await expect(ben.editor).toContainText("And on.");
    await Promise.all([ada.saved(), ben.saved()]);
  });

  for (const sockets of ["pass", "bad-gateway"] as const) {
    test(`that cuts everything again and again (WebSockets: ${sockets}) lose nothing and end with one text`, async ({ browser }) => {
      proxy.sockets = sockets;
      await lay(browser);
      const { ada, ben, room } = desk;
      const cutting = setInterval(() => proxy.cut(), 1_000);
      await ada.toStart();
      await ben.toEnd();
      const words = (name: string) => Array.from({ length: 30 }, (_, at) => `${name}${at} `);
      await Promise.all([ada.type(words("a").join(""), 40), ben.type(words("b").join(""), 40)]);
      clearInterval(cutting);
      await Promise.all([ada.saved(), ben.saved()]);
      const text = await desk.equalTexts();
      for (const word of [...words("a"), ...words("b")]) expect(text).toContain(word.trim());
      expect(await room.owner.text(desk.contentPath)).toBe(text);
    });
  }

  test("that refuses WebSockets read along however many keys others press", async ({ browser }) => {
    proxy.sockets = "refuse";
    await lay(browser);
    const { ada, room, server } = desk;
    await carriedBy("events", ada);
    const opened = () => proxy.seen.filter((request) => request.startsWith("POST /link?")).length;
    const before = opened();
    const typist = new StockClient(server.url, room.documentId, await documentToken(room.owner, room.documentId));
    await typist.synced();
    // More than the server keeps for a client that acknowledges nothing.
    for (let key = 0; key < 4_000; key += 1) {
      typist.text.insert(typist.text.length, String(key % 10));
      // Each by itself, as keys are.
      if (key % 20 === 0) await new Promise((next) => setTimeout(next, 10));
    }
    typist.text.insert(typist.text.length, " end");
    await expect(ada.editor).toContainText(" end", { timeout: 60_000 });
    expect(opened()).toBe(before);
    typist.destroy();
  });

  test("that swallows everything are told so within 25 seconds, and go on when it lets go", async ({ browser }) => {
    await lay(browser);
    const { ada, ben } = desk;
    await carriedBy("socket", ada, ben);
    proxy.freeze();
    await ada.toEnd();
    await ada.type("Written in the dark.");
    await expect(ada.saveState).toHaveAttribute("data-state", "offline", { timeout: 26_000 });
    await expect(ben.saveState).toHaveAttribute("data-state", "reconnecting", { timeout: 26_000 });
    proxy.thaw();
    await expect(ben.editor).toContainText("Written in the dark.", { timeout: 60_000 });
    await ada.saved();
  });
});

async function carriedBy(carrier: string, ...people: Person[]): Promise<void> {
  for (const person of people) await expect(person.saveState).toHaveAttribute("data-carrier", carrier);
}

/** Both type at once, and what the server has stored is what both show. */
async function writeTogether(desk: Desk): Promise<void> {
  const { ada, ben, room } = desk;
  await ada.toStart();
  await ben.toEnd();
  await Promise.all([ada.type("From the left. "), ben.type("From the right.")]);
  await Promise.all([ada.saved(), ben.saved()]);
  const text = await desk.equalTexts();
  expect(text).toContain("From the left. ");
  expect(text).toContain("From the right.");
  expect(await room.owner.text(desk.contentPath)).toBe(text);
}
