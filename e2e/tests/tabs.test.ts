// More tabs of one browser than it has connections for one server: six, over HTTP/1.1.
import { expect } from "@playwright/test";
import { Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { Proxy } from "../harness/proxy.ts";
import { test } from "../harness/test.ts";

test.describe("seven tabs of a browser", () => {
  let proxy: Proxy;
  let desk: Desk;
  test.beforeEach(async ({ browser }) => {
    proxy = await Proxy.start();
    proxy.sockets = "refuse";
    desk = await Desk.lay(browser, proxy);
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) console.log(desk.server.log.split("\n").slice(-30).join("\n"), proxy.seen.slice(-40).join("\n"));
    await desk.clear();
    await proxy.close();
  });

  for (const events of ["pass", "buffer"] as const) {
    test(`without WebSockets all open, write and hear (events: ${events})`, async () => {
      test.slow();
      proxy.events = events;
      const tabs = [desk.ada];
      while (tabs.length < 7) {
        const tab = Person.at(await desk.ada.context.newPage(), desk.ada);
        await tab.openDocument(desk.room.documentId);
        tabs.push(tab);
      }
      for (const [number, tab] of tabs.entries()) {
        await tab.toEnd();
        await tab.type(`${number} `);
        await tab.saved();
      }
      await desk.ben.toEnd();
      await desk.ben.type("ben");
      for (const tab of tabs) {
        await expect(tab.editor).toContainText("ben");
        for (const number of tabs.keys()) await expect(tab.editor).toContainText(`${number} `);
      }
    });
  }

  test("a tab that is hidden gives its place up, still hears, and takes one again when it is looked at", async () => {
    const { ada, ben } = desk;
    // Names alone: whoever asks for a lock sees those of its browser.
    const places = () =>
      ada.page.evaluate(async () => {
        const { held } = await navigator.locks.query();
        return (held ?? []).filter(({ name }) => name?.startsWith("inkling-place-")).length;
      });
    const turn = (hidden: boolean) =>
      ada.page.evaluate((hidden) => {
        // No window of a headless browser is ever covered by another one.
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await expect.poll(places).toBe(1);
    await turn(true);
    await expect.poll(places).toBe(0);
    await ben.toEnd();
    await ben.type("heard by a hidden tab");
    await expect(ada.editor).toContainText("heard by a hidden tab");
    expect(await places()).toBe(0);
    await turn(false);
    await expect.poll(places).toBe(1);
  });
});
