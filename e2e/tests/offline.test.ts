import { expect, type Locator, type Page } from "@playwright/test";
import { Profile, withProfile } from "../harness/profile.ts";
import { Proxy } from "../harness/proxy.ts";
import { Release } from "../harness/release.ts";
import { createRoom, join, type Room } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("a browser that starts without a server", () => {
  let server: Server;
  let room: Room;
  let profile: Profile;
  withProfile((...made) => ([server, room, profile] = made));

  test("opens what is kept, takes what is written, said and made, and all of it arrives without a reload", async () => {
    test.slow();
    await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: "Said before the tunnel" });
    const before = await profile.start();
    await signIn(before.page, "ada");
    await before.openDocument(room.documentId);
    await before.toEnd();
    await before.type("Before");
    await before.saved();
    await expect(before.page.getByTestId("message")).toContainText("Said before the tunnel");
    await held(before.page, "Said before the tunnel", `/rooms/${room.roomId}/documents`, `/documents/${room.documentId}`);
    await profile.quit();
    await server.stop();

    const away = await profile.start();
    await away.page.goto("/");
    await expect(away.page.getByTestId("home")).toContainText("Hello, ada");
    await expect(away.page.getByTestId("home-room").filter({ hasText: "Workshop" })).toBeVisible();
    await note(away.page).click();
    await expect(away.editor).toHaveText("Before");
    await expect(away.saveState).toHaveAttribute("data-state", "reconnecting");
    await away.toEnd();
    await away.type(" and within");
    await away.heldOnDevice();
    await expect(away.page.getByTestId("message")).toContainText("Said before the tunnel");
    await away.page.getByTestId("composer").fill("Said in the tunnel");
    await away.page.getByTestId("composer").press("Enter");
    await expect(away.page.getByTestId("unsent-message")).toContainText("Said in the tunnel");
    await makeDocument(away.page, "Tunnel thoughts");
    await expect(away.editor).toBeEditable();
    await away.toEnd();
    await away.type("Dark in here.");
    await away.heldOnDevice();
    await expect(away.page.getByTestId("document-tree")).toContainText("Tunnel thoughts");
    await away.page.reload();
    await expect(away.editor).toHaveText("Dark in here.");
    await held(away.page, "Said in the tunnel", "Tunnel thoughts");
    await profile.quit();

    // At another page than those that were written: nobody has to open them.
    const back = await profile.start();
    await back.page.goto("/settings");
    await expect(back.page.getByTestId("sidebar")).toContainText("Workshop");
    await server.boot();
    const made = await until("the document is made", async () => {
      const { items } = await room.owner.ok("GET", `/api/v1/rooms/${room.roomId}/documents`);
      return items.find((one: { title: string }) => one.title === "Tunnel thoughts");
    });
    const text = (id: string) => room.owner.text(`/api/v1/documents/${id}/content`);
    await until("its text is stored", async () => (await text(made.id)) === "Dark in here.");
    await until("the other text is stored", async () => (await text(room.documentId)) === "Before and within");
    await until("the message is said", async () => {
      const { items } = await room.owner.ok("GET", `/api/v1/rooms/${room.roomId}/messages`);
      return items.filter((one: { body: string }) => one.body === "Said in the tunnel").length === 1;
    });
    await back.page.goto(`/documents/${made.id}`);
    await back.opened();
    await expect(back.editor).toHaveText("Dark in here.");
  });

  test("says of a document that was never opened here that it is not here, and opens it when the server answers", async () => {
    await room.owner.put(`/api/v1/documents/${room.documentId}/content`, "Far away");
    await lookAround(profile, room, "ada");
    await server.stop();
    const away = await profile.start();
    await away.page.goto(`/rooms/${room.roomId}`);
    await away.page.getByTestId("room-documents").getByRole("link").click();
    await expect(away.page.getByTestId("not-here")).toContainText("not on this device");
    await expect(away.page.getByTestId("not-here").getByRole("link")).toHaveAttribute("href", "/");
    await server.boot();
    await expect(away.editor).toHaveText("Far away");
    await expect(away.page.getByTestId("not-here")).toBeHidden();
  });

  test("shows nothing of somebody who has signed out", async () => {
    const before = await profile.start();
    await signIn(before.page, "ada");
    await before.openDocument(room.documentId);
    await held(before.page, "Workshop");
    await before.page.getByTestId("account-menu").click();
    await before.page.getByRole("button", { name: "Sign out" }).click();
    await expect(before.page).toHaveURL(/sign-in/);
    await profile.quit();
    await server.stop();
    const away = await profile.start();
    for (const path of ["/", `/documents/${room.documentId}`]) {
      await away.page.goto(path);
      await expect(away.page.getByText("No answer from the server")).toBeVisible();
      await expect(away.page.locator("body")).not.toContainText(/Workshop|Shared notes|ada/);
    }
  });

  test("shows whoever signed in last their own, and nothing of the one before", async () => {
    await join(server, room, "ben", "editor");
    const ben = await profile.start();
    await signIn(ben.page, "ben");
    await ben.openDocument(room.documentId);
    await held(ben.page, "Workshop");
    // As when his login session has expired.
    await ben.context.clearCookies();
    await ben.page.goto("/");
    await expect(ben.page).toHaveURL(/sign-in/);
    await signIn(ben.page, "ada");
    await held(ben.page, "ada");
    await profile.quit();
    await server.stop();
    const away = await profile.start();
    await away.page.goto("/");
    await expect(away.page.getByTestId("home")).toContainText("Hello, ada");
    await expect(away.page.locator("body")).not.toContainText("ben");
  });

  test("offers the text of a document that the server does not take, and makes none", async () => {
    await join(server, room, "ben", "editor");
    await lookAround(profile, room, "ben");
    await server.stop();
    const away = await profile.start();
    await away.page.goto(`/rooms/${room.roomId}`);
    await makeDocument(away.page, "Too late");
    await away.toEnd();
    await away.type("Words to keep");
    await away.heldOnDevice();
    await profile.quit();

    await server.boot();
    const { items } = await room.owner.ok("GET", `/api/v1/rooms/${room.roomId}/members`);
    const { user } = items.find((one: { username: string }) => one.username === "ben");
    await room.owner.ok("DELETE", `/api/v1/rooms/${room.roomId}/members/${user.id}`);
    const back = await profile.start();
    await back.page.goto("/");
    await held(back.page, "Words to keep");
    await until("the wish is given up", async () => !(await kept(back.page)).some((row) => row.includes("Too late\0")));
    const listed = await room.owner.ok("GET", `/api/v1/rooms/${room.roomId}/documents`);
    expect(listed.items.map((one: { title: string }) => one.title)).toEqual(["Shared notes"]);
  });
});

test.describe("a new release", () => {
  let server: Server;
  let proxy: Proxy;
  let room: Room;
  let profile: Profile;
  test.beforeEach(async () => {
    server = await Server.start();
    proxy = await Proxy.start();
    proxy.leadTo(server.url);
    room = await createRoom(proxy);
    profile = await Profile.make(proxy.url);
  });
  test.afterEach(async () => {
    await profile.dispose();
    await proxy.close();
    await server.dispose();
  });

  test("is told in one line, taken by whoever asks for it, and mixes with no tab of the one before", async () => {
    test.slow();
    const first = await profile.start();
    await signIn(first.page, "ada");
    await first.openDocument(room.documentId);
    const old = await release(first.page);
    const second = await first.context.newPage();
    await second.goto("/");
    await expect(note(second)).toBeVisible();
    await worker(second);

    await server.stop();
    proxy.release = new Release("next");
    await first.toEnd();
    await first.type("Typed without a server");
    await first.heldOnDevice();
    await server.boot();
    const line = first.page.getByTestId("new-release");
    await expect(line).toContainText("A new version");
    await first.saved();
    expect(await release(first.page)).toBe(old);
    await expect(second.getByTestId("new-release")).toBeVisible();

    await first.page.getByTestId("take-release").click();
    await expect(first.page.locator("html")).toHaveAttribute("data-release", "next");
    await first.opened();
    await expect(first.editor).toHaveText("Typed without a server");
    await expect(line).toBeHidden();

    // The other tab goes on as what it is, also with what it loads only now.
    expect(await release(second)).toBe(old);
    await note(second).click();
    await expect(second.getByTestId("editor-text")).toHaveText("Typed without a server");
    expect(await release(second)).toBe(old);
    await second.getByTestId("take-release").click();
    await expect(second.locator("html")).toHaveAttribute("data-release", "next");
    await expect(second.getByTestId("editor-text")).toHaveText("Typed without a server");
    await until("one release is held", async () => {
      const names = await second.evaluate(() => caches.keys());
      return names.length === 1 && names[0] === "inkling-release-next";
    });
  });

  test("that a tab cannot talk to is said so, once, and the tab stays as it is until it is reloaded", async () => {
    const { page } = await profile.start();
    let sockets = 0;
    let spoiled = true;
    await page.routeWebSocket(/\/ws(\?|$)/, (socket) => {
      sockets += 1;
      const upstream = socket.connectToServer();
      upstream.onMessage((message) => {
        // `Welcome`, and in it the version of the wire.
        if (spoiled && typeof message !== "string" && message[0] === 0) message[1] = 99;
        socket.send(message);
      });
    });
    await signIn(page, "ada");
    await expect(page.getByTestId("new-release")).toContainText("older than the server");
    await note(page).click();
    await expect(page.getByTestId("new-release")).toBeVisible();
    expect(sockets).toBe(1);
    spoiled = false;
    await page.getByTestId("take-release").click();
    await expect(page.getByTestId("new-release")).toBeHidden();
    await expect(page.getByTestId("save-state")).toHaveAttribute("data-state", "saved");
  });
});

async function signIn(page: Page, username: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(`${username}-long-password`);
  await page.getByTestId("sign-in-form").getByRole("button").click();
  await expect(page.getByTestId("home")).toContainText(`Hello, ${username}`);
  await worker(page);
}

/** The way to the room's document from home. */
function note(page: Page): Locator {
  return page.getByTestId("home-document").filter({ hasText: "Shared notes" });
}

async function makeDocument(page: Page, title: string): Promise<void> {
  await page.getByTestId("new-document").click();
  await page.getByRole("dialog").getByLabel("Title").fill(title);
  await page.getByRole("dialog").getByLabel("Title").press("Enter");
  await expect(page.getByTestId("document-title")).toHaveValue(title);
}

/** Until the browser holds the release. */
async function worker(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
}

async function release(page: Page): Promise<string | null> {
  return page.locator("html").getAttribute("data-release");
}

/** Opens the room, so that the device holds the list of its documents, and quits. */
async function lookAround(profile: Profile, room: Room, name: string): Promise<void> {
  const before = await profile.start();
  await signIn(before.page, name);
  await before.page.goto(`/rooms/${room.roomId}`);
  await expect(before.page.getByTestId("room-documents")).toContainText("Shared notes");
  await held(before.page, `/rooms/${room.roomId}/documents`);
  await profile.quit();
}

/** Until this device has a row with each of these in its key or value. */
async function held(page: Page, ...texts: string[]): Promise<void> {
  await until(`the device holds ${texts.join(", ")}`, async () => {
    const rows = await kept(page);
    return texts.every((text) => rows.some((row) => row.includes(text)));
  });
}

/** Everything that the browser keeps, keys with values, as text. */
async function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const text = (bytes: unknown) => new TextDecoder().decode(bytes as ArrayBuffer);
    const found = Object.entries(localStorage).map(([key, value]) => `${key}\0${value}`);
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      const rows = database.transaction("rows").objectStore("rows");
      const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      database.close();
      found.push(...keys.map((key, at) => `${text(key)}\0${text(values[at])}`));
    }
    return found;
  });
}
