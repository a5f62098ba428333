import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { test } from "../harness/test.ts";

test.describe("a conversation", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

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

  test("what one says is in view, and the field is as low again as it was", async () => {
    const { ada, room, server } = desk;
    for (let at = 0; at < 30; at += 1) await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: `line ${at}` });
    const composer = ada.page.getByTestId("composer");
    const height = async () => (await composer.boundingBox())?.height;
    const before = await height();
    await server.kill();
    await expect(ada.page.getByTestId("talk-offline")).toBeVisible();
    await composer.fill("one\ntwo\nthree\nfour");
    expect(await height()).not.toBe(before);
    await composer.press("Enter");
    await expect.poll(height).toBe(before);
    await expect(ada.page.getByTestId("unsent-message")).toBeInViewport({ ratio: 1 });
  });

  test("the latest message stays in view when a keyboard takes half of the screen", async () => {
    const { ada, room } = desk;
    for (let at = 0; at < 30; at += 1) await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: `line ${at}` });
    await ada.page.setViewportSize({ width: 390, height: 800 });
    await ada.page.getByTestId("bar-talk").click();
    const latest = ada.page.getByTestId("message").filter({ hasText: /line 29/ });
    await expect(latest).toBeInViewport({ ratio: 1 });
    await ada.page.setViewportSize({ width: 390, height: 400 });
    await expect(latest).toBeInViewport({ ratio: 1 });
  });

  test("what reads Markdown is loaded when a message needs it, and the latest message stays in view", async () => {
    const { ada, room } = desk;
    const say = (body: string) => room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body });
    let asked = 0;
    let letThrough = () => {};
    const held = new Promise<void>((resolve) => (letThrough = resolve));
    await ada.page.route(/prose_bg-.*\.wasm$/, async (route) => {
      asked += 1;
      await held;
      await route.continue();
    });
    for (let at = 0; at < 30; at += 1) await say(`line ${at}`);
    const messages = ada.page.getByTestId("message");
    await expect(messages.last()).toContainText("line 29");
    expect(asked).toBe(0);

    await say("# Plan\n\n- [x] **one**\n- [two](https://example.org/)\n- [three](javascript:alert(1))\n\n| a | b |\n|---|--:|\n| c | d |\n\n<b>plain</b>");
    const latest = messages.last();
    await expect(latest).toContainText("**one**");
    await expect(latest.locator("li, strong, a[href]:not([href^='https:'])")).toHaveCount(0);
    letThrough();
    await expect(latest.locator("li")).toHaveCount(3);
    expect(asked).toBe(1);
    await expect(latest.locator("li strong")).toHaveText("one");
    await expect(latest.getByRole("checkbox")).toBeChecked();
    await expect(latest.locator("a")).toHaveCount(1);
    await expect(latest.getByRole("link", { name: "two" })).toHaveAttribute("href", "https://example.org/");
    await expect(latest.locator("th.align-end")).toHaveText("b");
    await expect(latest.locator("td.align-end")).toHaveText("d");
    await expect(latest).toContainText("<b>plain</b>");
    await expect(latest.locator(".prose > :last-child")).toBeInViewport({ ratio: 1 });
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
