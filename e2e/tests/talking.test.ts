import { expect, test } from "@playwright/test";
import { Desk } from "../harness/desk.ts";

test.describe("a conversation", () => {
  let desk: Desk;
  test.beforeEach(async ({ browser }) => {
    desk = await Desk.lay(browser);
  });
  test.afterEach(async () => {
    await desk.clear();
  });

  test("what was not seen is counted, in every tab and after a reload, until it is seen", async () => {
    const { ada, ben } = desk;
    await ada.page.goto("/");
    const secondTab = await ada.context.newPage();
    await secondTab.goto("/settings");
    for (const body of ["one", "two", "three"]) {
      await ben.page.getByTestId("composer").fill(body);
      await ben.page.getByTestId("composer").press("Enter");
    }
    await expect(ben.page.getByTestId("message")).toHaveCount(3);
    await expect(ada.page.getByTestId("unread").first()).toContainText("3");
    await expect(secondTab.getByTestId("unread").first()).toContainText("3");
    await ada.page.reload();
    await expect(ada.page.getByTestId("unread").first()).toContainText("3");

    await ada.page.bringToFront();
    await ada.page.getByTestId("room-link").first().click();
    await expect(ada.page.getByTestId("message")).toHaveCount(3);
    await expect(ada.page.getByTestId("unread")).toHaveCount(0);
    await expect(secondTab.getByTestId("unread")).toHaveCount(0);
  });

  test("a message written while the server is away is shown as waiting and arrives once", async () => {
    const { ada, ben, server } = desk;
    await server.kill();
    await ada.page.getByTestId("composer").fill("said in the dark");
    await ada.page.getByTestId("composer").press("Enter");
    await expect(ada.page.getByTestId("unsent-message")).toContainText("said in the dark");
    await server.boot();
    await expect(ben.page.getByTestId("message").filter({ hasText: "said in the dark" })).toHaveCount(1);
    await expect(ada.page.getByTestId("message").filter({ hasText: "said in the dark" })).toHaveCount(1);
    await expect(ada.page.getByTestId("unsent-message")).toHaveCount(0);
  });

  test("earlier messages come as one scrolls up", async () => {
    const { ada, room } = desk;
    for (let at = 0; at < 120; at += 1) await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: `line ${at}` });
    await ada.page.reload();
    await expect(ada.page.getByTestId("message").last()).toContainText("line 119");
    await expect(ada.page.getByTestId("message").filter({ hasText: /^line 0$/ })).toHaveCount(0);
    const messages = ada.page.getByTestId("messages");
    await messages.hover();
    await expect(async () => {
      await ada.page.mouse.wheel(0, -4000);
      expect(await ada.page.getByTestId("message").count()).toBe(120);
    }).toPass();
    await expect(ada.page.getByTestId("message").first()).toContainText("line 0");
  });
});
