import { expect } from "@playwright/test";
import { Frames } from "../harness/frames.ts";
import { Person } from "../harness/person.ts";
import { createRoom, join } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

test.describe("a viewer", () => {
  let server: Server;
  test.beforeEach(async () => {
    server = await Server.start();
  });
  test.afterEach(async () => {
    await server.dispose();
  });

  test("reads along, is told that it is read-only, and changes nothing by hand", async ({ browser }) => {
    const room = await createRoom(server);
    const cleo = await Person.arrive(browser, server.url, await join(server, room, "cleo", "viewer"));
    const ada = await Person.arrive(browser, server.url, room.owner);
    await ada.openDocument(room.documentId);
    await cleo.openDocument(room.documentId);
    await ada.toEnd();
    await ada.type("for reading");
    await expect(cleo.editor).toContainText("for reading");
    await expect(cleo.saveState).toHaveAttribute("data-state", "read-only");
    await expect(cleo.page.getByTestId("read-only-notice")).toBeVisible();
    await expect(cleo.page.getByTestId("composer")).toHaveCount(0);
    await cleo.editor.click();
    await cleo.type("not mine");
    await ada.type(" and more");
    await expect(cleo.editor).toHaveText("for reading and more");
    await ada.saved();
    expect(await room.owner.text(`/api/v1/documents/${room.documentId}/content`)).toBe("for reading and more");
  });

  test("is refused by /ws", async () => {
    const room = await createRoom(server);
    const cleo = await join(server, room, "cleo", "viewer");
    const frames = await Frames.connect(server.url, cleo.cookie);
    frames.send({ open: { channel: 1, target: { document: { id: room.documentId, client_id: 77 } } } });
    expect((await frames.next("opened"))["role"]).toBe("viewer");
    // Client 77 inserts "x" at the start of `content`.
    const update = Buffer.from("01014d00040107636f6e74656e74017800", "hex").toString("base64");
    frames.send({ edit: { channel: 1, client_seq: 1, update } });
    expect((await frames.next("refused"))["code"]).toBe("read_only");
    frames.send({ open: { channel: 2, target: { room: { id: room.roomId } } } });
    await frames.next("opened");
    frames.send({ say: { channel: 2, nonce: crypto.randomUUID(), body: "hello" } });
    expect((await frames.next("refused"))["code"]).toBe("read_only");
    frames.close();
  });
});
