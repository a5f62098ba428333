import { expect } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Desk } from "../harness/desk.ts";
import { Person } from "../harness/person.ts";
import { cut, role, tray, writesCutOff } from "../harness/rescued.ts";
import { createRoom, join } from "../harness/room.ts";
import { test } from "../harness/test.ts";

// Ada owns the room. Ben writes while he is cut off, and meanwhile the server changes its mind about him or the document.
test.describe("work that the server cannot take", () => {
  let desk: Desk;
  test.beforeEach(async ({ browser }) => {
    desk = await Desk.lay(browser);
    await desk.ada.toEnd();
    await desk.ada.type("the server has this line\n");
    await desk.ada.saved();
    await expect(desk.ben.editor).toContainText("the server has this line");
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) console.log(desk.server.log.split("\n").slice(-30).join("\n"));
    await desk.clear();
  });

  test("is in the tray on every screen, says why, and shows what differs", async () => {
    const { ben } = desk;
    await writesCutOff(desk, "ben's own line", () => role(desk, "viewer"));
    await expect(ben.page.getByTestId("rescued-notice")).toContainText("kept on this device");
    for (const path of ["/", "/settings", `/rooms/${desk.room.roomId}`, `/documents/${desk.room.documentId}`]) {
      await ben.page.goto(path);
      await expect(tray(ben)).toHaveAccessibleName("1 piece of rescued work");
    }
    await tray(ben).click();
    const one = ben.page.getByTestId("rescued");
    await expect(one).toContainText("Shared notes · Workshop");
    await expect(one).toContainText("You may only read there now.");
    await one.getByTestId("rescued-compare").click();
    await expect(one.getByTestId("difference").locator("ins")).toHaveText("ben's own line");
    await expect(one.getByTestId("difference")).toContainText("the server has this line");
    const { violations } = await new AxeBuilder({ page: ben.page }).include("dialog").analyze();
    expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
    await ben.page.keyboard.press("Escape");
    await ben.page.keyboard.press("Control+k");
    await ben.page.keyboard.type("Rescued");
    await ben.page.keyboard.press("Enter");
    await expect(one).toBeVisible();
  });

  test("is saved as a new document in a room where the person may write, and leaves the tray then", async () => {
    const { ben, server } = desk;
    const account = await ownRoom(ben, server.url);
    await writesCutOff(desk, "ben's own line", () => role(desk, "viewer"));
    await ben.page.reload();
    await tray(ben).click();
    const one = ben.page.getByTestId("rescued");
    await expect(one.getByTestId("rescued-room").locator("option")).toHaveText(["Ben's room"]);
    await expect(one.getByTestId("rescued-send")).toHaveCount(0);
    await one.getByRole("button", { name: "Save" }).click();
    await expect(one).toHaveCount(0);
    await expect(tray(ben)).toHaveCount(0);
    const { items } = await account("GET", "documents");
    expect(items.map((document: { title: string }) => document.title)).toEqual(["Shared notes (rescued)"]);
    expect(await account("TEXT", items[0].id)).toBe("the server has this line\nben's own line");
    await ben.page.reload();
    await expect(ben.page.getByTestId("editor-text")).toBeVisible();
    await expect(tray(ben)).toHaveCount(0);
  });

  test("of a deleted document is shown as it is, sent to the owners, copied, downloaded, and discarded only when asked", async () => {
    const { ben, ada, room } = desk;
    await writesCutOff(desk, "ben's `own` line", () => room.owner.ok("DELETE", `/api/v1/documents/${room.documentId}`));
    await expect(ben.page.getByTestId("document-deleted")).toBeVisible();
    await ben.page.getByTestId("rescued-notice").getByRole("button").click();
    const one = ben.page.getByTestId("rescued");
    await one.getByTestId("rescued-compare").click();
    await expect(one.getByTestId("rescued-text")).toHaveText("the server has this line\nben's `own` line");
    await one.getByTestId("rescued-send").click();
    await ada.page.goto(`/rooms/${room.roomId}`);
    await expect(ada.page.getByTestId("message")).toContainText(["Can you put it in?"]);
    await expect(ada.page.getByTestId("message").locator("pre")).toContainText("ben's `own` line");
    await expect(one).toBeVisible();
    await ben.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await one.getByTestId("rescued-copy").click();
    await expect(ben.page.getByTestId("toast").last()).toContainText("Copied");
    expect(await ben.page.evaluate(() => navigator.clipboard.readText())).toBe("the server has this line\nben's `own` line");
    const [file] = await Promise.all([ben.page.waitForEvent("download"), one.getByTestId("rescued-download").click()]);
    expect(file.suggestedFilename()).toBe("Shared notes.md");
    await one.getByTestId("rescued-discard").click();
    const question = ben.page.getByRole("dialog", { name: "Discard your copy of “Shared notes”?" });
    await question.getByRole("button", { name: "Cancel" }).click();
    await expect(one).toBeVisible();
    await one.getByTestId("rescued-discard").click();
    await question.getByRole("button", { name: "Discard" }).click();
    await expect(one).toHaveCount(0);
    await ben.page.goto("/");
    await expect(ben.page.getByTestId("home")).toBeVisible();
    await expect(tray(ben)).toHaveCount(0);
  });

  test("too long for a message is told to the owners as a document", async () => {
    const { ben, ada, room } = desk;
    const long = "0123456789".repeat(2_000);
    await writesCutOff(desk, "short", () => room.owner.ok("DELETE", `/api/v1/documents/${room.documentId}`), long);
    await ben.page.getByTestId("rescued-notice").getByRole("button").click();
    await ben.page.getByTestId("rescued-send").click();
    await expect(ben.page.getByTestId("rescued")).toHaveCount(0);
    await ada.page.goto(`/rooms/${room.roomId}`);
    const link = await ada.page.getByTestId("message").getByRole("link").getAttribute("href");
    await ada.page.goto(link ?? "");
    await expect(ada.page.getByTestId("document-title")).toHaveValue("Shared notes (rescued)");
    await expect(ada.editor).toContainText(long.slice(0, 50));
  });

  test("is asked about before signing out, and never seen by another account in the same browser", async () => {
    const { ben, server, room } = desk;
    await writesCutOff(desk, "for ben's eyes", () => role(desk, "viewer"));
    await expect(tray(ben)).toBeVisible();
    const cleo = await join({ url: server.url }, room, "cleo", "editor");
    const [name, ...value] = cleo.cookie.split("=");
    await ben.context.addCookies([{ name: name ?? "", value: value.join("="), url: server.url }]);
    const other = Person.at(await ben.context.newPage(), ben);
    await other.openDocument(room.documentId);
    await expect(tray(other)).toHaveCount(0);
    await expect(other.page.getByText("for ben's eyes")).toHaveCount(0);
    const account = await ben.context.newPage();
    await account.goto("/");
    await expect(account.getByTestId("tray")).toHaveCount(0);
  });

  test("is counted when the person signs out", async () => {
    const { ben } = desk;
    await writesCutOff(desk, "not yet elsewhere", () => role(desk, "viewer"));
    await ben.page.getByTestId("account-menu").click();
    await ben.page.getByRole("button", { name: "Sign out" }).click();
    await expect(ben.page.getByTestId("sign-out-lead")).toContainText("1 piece of rescued work");
    // Nobody sends it: there is nothing to wait for.
    await expect(ben.page.getByTestId("sign-out-wait")).toHaveCount(0);
    await expect(ben.page.getByTestId("sign-out-download")).toBeVisible();
  });

  test("is kept as messages too, when the person has been removed from the room", async () => {
    const { ben, room } = desk;
    await ben.context.setOffline(true);
    await cut(ben);
    const composer = ben.page.getByTestId("composer");
    await composer.fill("said too late");
    await composer.press("Enter");
    await expect(ben.page.getByTestId("unsent-message")).toContainText("said too late");
    const members = await room.owner.ok("GET", `/api/v1/rooms/${room.roomId}/members`);
    const id = members.items.find((member: { role: string }) => member.role === "editor").user.id;
    await room.owner.ok("DELETE", `/api/v1/rooms/${room.roomId}/members/${id}`);
    await ben.context.setOffline(false);
    await expect(tray(ben)).toBeVisible();
    await ben.page.goto("/");
    await tray(ben).click();
    const one = ben.page.getByTestId("rescued");
    await expect(one).toContainText("Message · Workshop");
    await expect(one).toContainText("said too late");
    await one.getByTestId("rescued-discard").click();
    await ben.page.getByRole("dialog", { name: "Discard this message?" }).getByRole("button", { name: "Discard" }).click();
    await expect(one).toHaveCount(0);
    await ben.page.reload();
    await expect(ben.page.getByTestId("home")).toBeVisible();
    await expect(tray(ben)).toHaveCount(0);
  });
});

/** A room of Ben's own, and a way to look into it. */
async function ownRoom(ben: Person, url: string): Promise<(what: string, id: string) => Promise<any>> {
  const made = await ben.page.request.post("/api/v1/rooms", { data: { name: "Ben's room" }, headers: { origin: url } });
  const { id } = await made.json();
  return async (what, path) => {
    if (what === "TEXT") return (await ben.page.request.get(`/api/v1/documents/${path}/content`)).text();
    return (await ben.page.request.get(`/api/v1/rooms/${id}/${path}`)).json();
  };
}
