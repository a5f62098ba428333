import { expect, test } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";

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
