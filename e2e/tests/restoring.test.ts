import { expect } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { createRoom, join } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

test("what was made after the backup that the server is put back to is in the tray with all its text, whether or not it was open", async ({ browser }) => {
  const server = await Server.start();
  const room = await createRoom(server);
  const ada = await Person.arrive(browser, server.url, room.owner);
  try {
    const file = await server.backUp();
    for (const title of ["Soup", "Stew"]) {
      const made = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title });
      await ada.openDocument(made["id"]);
      await ada.toEnd();
      await ada.type(`leeks for the ${title}`);
      await ada.saved();
    }
    await server.putBack(file);
    await expect(ada.page.getByTestId("no-access")).toBeVisible();
    await expect(ada.page.getByTestId("rescued-notice")).toContainText("The server went back to a backup");
    await expect(ada.page.getByTestId("tray")).toHaveAccessibleName("2 pieces of rescued work");
    await ada.page.goto(`/rooms/${room.roomId}`);
    await ada.page.getByTestId("tray").click();
    const stew = ada.page.getByTestId("rescued").filter({ hasText: "Stew · Workshop" });
    await stew.getByTestId("rescued-compare").click();
    await expect(stew.getByTestId("rescued-text")).toHaveText("leeks for the Stew");
    await stew.getByRole("button", { name: "Save" }).click();
    await expect(stew).toHaveCount(0);
    const { items } = await room.owner.ok("GET", `/api/v1/rooms/${room.roomId}/documents`);
    expect(items.map((document: { title: string }) => document.title)).toEqual(["Shared notes", "Stew (rescued)"]);
  } finally {
    await ada.leave();
    await server.dispose();
  }
});

test("what somebody said after the backup waits for them in the tray and the room, and is said again by them alone", async ({ browser }) => {
  const server = await Server.start();
  const room = await createRoom(server);
  const ben = await join(server, room, "ben", "editor");
  const ada = await Person.arrive(browser, server.url, room.owner);
  try {
    await ada.openDocument(room.documentId);
    const composer = ada.page.getByTestId("composer");
    const messages = ada.page.getByTestId("message");
    const say = async (text: string) => {
      await composer.fill(text);
      await composer.press("Enter");
      await expect(messages.filter({ hasText: text })).toHaveCount(1);
    };
    const other = Person.at(await ada.context.newPage(), ada);
    await other.openDocument(room.documentId);
    await say("said before");
    const file = await server.backUp();
    await say("said after");
    await say("not worth it");
    await ben.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: "said by ben" });
    await expect(messages).toHaveCount(4);
    await server.putBack(file);
    const lost = ada.page.getByTestId("unsent-message");
    await expect(lost).toContainText(["said after", "not worth it"]);
    await expect(lost.first()).toContainText("The server went back to a backup");
    const lostToo = other.page.getByTestId("unsent-message");
    await expect(lostToo).toContainText(["said after", "not worth it"]);
    await ada.page.reload();
    await ada.opened();
    await expect(messages).toHaveText([/said before/]);
    await ada.page.getByTestId("tray").click();
    const one = (text: string) => ada.page.getByTestId("rescued").filter({ hasText: text });
    await expect(one("said after")).toContainText("Message · Workshop");
    await one("not worth it").getByTestId("rescued-discard").click();
    await ada.page.getByRole("dialog", { name: "Discard this message?" }).getByRole("button", { name: "Discard" }).click();
    await one("said after").getByTestId("rescued-resend").click();
    await expect(one("Message · Workshop")).toHaveCount(0);
    // Without being reloaded.
    await expect(lostToo).toHaveCount(0);
    await ada.page.keyboard.press("Escape");
    await expect(messages).toHaveText([/said before/, /said after/]);
    await expect(lost).toHaveCount(0);
    const { items } = await ben.ok("GET", `/api/v1/rooms/${room.roomId}/messages`);
    expect(items.map((message: { body: string }) => message.body).sort()).toEqual(["said after", "said before"]);
  } finally {
    await ada.leave();
    await server.dispose();
  }
});
