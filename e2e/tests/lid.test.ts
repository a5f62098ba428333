// A laptop that is shut while its owner writes, carried to another network, and opened again.
import { expect, test } from "@playwright/test";
import { Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { Proxy } from "../harness/proxy.ts";
import { join } from "../harness/room.ts";

test.describe("a laptop that is shut and opened in another network", () => {
  let proxy: Proxy;
  let desk: Desk;
  test.beforeEach(async ({ browser }) => {
    proxy = await Proxy.start();
    desk = await Desk.lay(browser, proxy);
  });
  test.afterEach(async () => {
    await desk.clear();
    await proxy.close();
  });

  test("goes on by itself, with what was typed before, and what others wrote meanwhile", async ({ browser }) => {
    const { ada, server, room } = desk;
    // By the server's own address: only the laptop's network goes.
    const cleo = await Person.arrive(browser, server.url, await join(server, room, "cleo", "editor"));
    await ada.toEnd();
    await ada.type("Before the lid. ");
    await ada.saved();
    proxy.freeze();
    await ada.type("In the tunnel. ");
    await ada.page.evaluate(() => document.addEventListener("freeze", () => document.body.setAttribute("data-lid", "shut")));
    const lid = await ada.context.newCDPSession(ada.page);
    await lid.send("Page.setWebLifecycleState", { state: "frozen" });

    await cleo.openDocument(room.documentId);
    await expect(cleo.editor).not.toContainText("In the tunnel.");
    await cleo.toStart();
    await cleo.type("Meanwhile. ");
    await cleo.saved();

    proxy.thaw();
    proxy.cut();
    await lid.send("Page.setWebLifecycleState", { state: "active" });
    await expect(ada.page.locator("body")).toHaveAttribute("data-lid", "shut");
    await expect(ada.editor).toContainText("Meanwhile.");
    await expect(cleo.editor).toContainText("In the tunnel.");
    await ada.type("And on.");
    await ada.saved();
    const text = "Meanwhile. Before the lid. In the tunnel. And on.";
    await expect(cleo.editor).toHaveText(text);
    expect(await ada.text()).toBe(text);
    expect(await room.owner.text(desk.contentPath)).toBe(text);
    await cleo.leave();
  });
});
