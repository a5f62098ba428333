import { expect } from "@playwright/test";
import { atDesk, type Desk } from "../harness/desk.ts";
import { Frames } from "../harness/frames.ts";
import { Person } from "../harness/person.ts";
import { join } from "../harness/room.ts";
import { test } from "../harness/test.ts";

test.describe("sharing from within a document", () => {
  let desk: Desk;
  atDesk((laid) => (desk = laid));

  test("an owner makes a link that lets somebody in, and takes it back", async ({ browser }) => {
    const { ada, server } = desk;
    await ada.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await ada.page.getByTestId("share").click();
    const dialog = ada.page.getByRole("dialog");
    await expect(dialog.getByTestId("member")).toHaveCount(2);
    await dialog.getByLabel("They may").selectOption("viewer");
    await dialog.getByLabel("The link works").selectOption("24");
    await dialog.getByRole("button", { name: "Create link" }).click();
    const link = await dialog.getByTestId("copy-value").inputValue();
    await dialog.getByTestId("copy").click();
    await expect(dialog.getByTestId("copy")).toHaveText("Copied");
    expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    const made = dialog.getByTestId("invite").filter({ hasText: "viewer" });
    await expect(made).toContainText("not used yet");

    const cleo = await Person.arrive(browser, server.url);
    await cleo.page.goto(link);
    await cleo.page.getByLabel("Username").fill("cleo");
    await cleo.page.getByLabel("Password").fill("a staple of a third kind");
    await cleo.page.getByRole("button", { name: "Create account and join" }).click();
    await expect(cleo.page.getByTestId("room")).toBeVisible();
    await expect(dialog.getByTestId("member")).toHaveCount(3);

    await made.getByTestId("revoke-invite").click();
    await expect(made).toHaveCount(0);
    const dora = await Person.arrive(browser, server.url);
    await dora.page.goto(link);
    await expect(dora.page.getByRole("heading", { name: "does not work" })).toBeVisible();

    await ada.page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(ada.page.getByTestId("share")).toBeFocused();
  });

  test("removing somebody cuts them off, and leaves the focus beside the list", async () => {
    const { ada, ben } = desk;
    await ada.page.getByTestId("share").click();
    const dialog = ada.page.getByRole("dialog").first();
    await dialog.getByRole("button", { name: "Remove ben" }).press("Enter");
    await ada.page.getByRole("dialog", { name: "Remove ben from the room?" }).getByRole("button", { name: "Remove", exact: true }).press("Enter");
    await expect(dialog.getByTestId("member")).toHaveCount(1);
    await expect(dialog.getByLabel("Role of ada")).toBeFocused();
    await expect(ben.page.getByRole("heading", { name: "This is not shared with you" })).toBeVisible();
  });

  test("whoever may not invite sees who is in the room, and whom to ask", async () => {
    const { ben } = desk;
    await ben.page.getByTestId("share").click();
    const dialog = ben.page.getByRole("dialog");
    await expect(dialog.getByTestId("member")).toHaveCount(2);
    await expect(dialog.getByTestId("share-ask")).toContainText("Ask ada");
    await expect(dialog.getByTestId("invite-form")).toHaveCount(0);
    await expect(dialog.getByTestId("remove-member")).toHaveCount(0);
  });

  test("whoever only reads along is seen in the document too", async ({ browser }) => {
    const { ada, server, room } = desk;
    const cleo = await Person.arrive(browser, server.url, await join(server, room, "cleo", "viewer"));
    await cleo.openDocument(room.documentId);
    await expect(ada.page.getByTestId("people").getByRole("button", { name: "cleo is reading" })).toBeVisible();
    await cleo.page.goto("/");
    await expect(ada.page.getByTestId("people").getByRole("button", { name: /cleo/ })).toHaveCount(0);
  });

  test("whoever is in the document without a place in its text is reading it", async () => {
    const { ada, server, room } = desk;
    const cleo = await join(server, room, "cleo", "viewer");
    const frames = await Frames.connect(server.url, cleo.cookie);
    frames.send({ open: { channel: 1, target: { document: { id: room.documentId, client_id: 77 } } } });
    await frames.next("opened");
    frames.send({ presence: { channel: 1, state: { selection: null, document: null } } });
    await expect(ada.page.getByTestId("people").getByRole("button", { name: "cleo is reading" })).toBeVisible();
    frames.close();
    await expect(ada.page.getByTestId("people").getByRole("button", { name: /cleo/ })).toHaveCount(0);
  });
});
