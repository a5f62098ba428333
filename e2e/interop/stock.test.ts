import { expect } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { createRoom, join, documentToken } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { StockClient } from "../harness/stock.ts";
import { test } from "../harness/test.ts";
import { until } from "../harness/until.ts";

test.describe("stock Yjs clients", () => {
  let server: Server;
  const clients: StockClient[] = [];

  test.beforeEach(async () => {
    server = await Server.start();
  });
  test.afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await server.dispose();
  });

  function connect(documentId: string, bearer: string): StockClient {
    const client = new StockClient(server.url, documentId, bearer);
    clients.push(client);
    return client;
  }

  test("two of them converge, and the HTTP API reads the same text", async () => {
    const room = await createRoom(server);
    const ben = await join(server, room, "ben", "editor");
    const first = connect(room.documentId, await documentToken(room.owner, room.documentId));
    const second = connect(room.documentId, await documentToken(ben, room.documentId));
    await Promise.all([first.synced(), second.synced()]);
    for (let index = 0; index < 50; index += 1) {
      first.text.insert(0, `a${index} 😀 `);
      second.text.insert(second.text.length, `b${index} `);
      if (index % 5 === 0) second.text.delete(0, Math.min(3, second.text.length));
    }
    await until("equal texts", () => first.text.toString() === second.text.toString() && first.text.length > 300);
    const path = `/api/v1/documents/${room.documentId}/content`;
    await until("the stored text", async () => (await ben.text(path)) === first.text.toString());
  });

  test("what was typed while the server was away arrives after it is back", async () => {
    const room = await createRoom(server);
    const bearer = await documentToken(room.owner, room.documentId);
    const [first, second] = [connect(room.documentId, bearer), connect(room.documentId, bearer)];
    await Promise.all([first.synced(), second.synced()]);
    first.text.insert(0, "before ");
    await until("the first edit", () => second.text.toString() === "before ");
    await server.kill();
    first.text.insert(first.text.length, "first away ");
    second.text.insert(0, "second away ");
    await server.boot();
    await until("equal texts", () => first.text.toString() === second.text.toString() && first.text.length === 30);
  });

  test("a viewer reads and cannot write", async () => {
    const room = await createRoom(server);
    const viewer = await join(server, room, "cleo", "viewer");
    const writer = connect(room.documentId, await documentToken(room.owner, room.documentId));
    const reader = connect(room.documentId, await documentToken(viewer, room.documentId));
    await Promise.all([writer.synced(), reader.synced()]);
    const closed = new Promise<number>((resolve) => {
      reader.provider.on("connection-close", (event: { code: number } | null) => resolve(event?.code ?? 0));
    });
    writer.text.insert(0, "for everyone to read");
    await until("the text", () => reader.text.toString() === "for everyone to read");
    reader.text.insert(0, "not mine to write: ");
    expect(await closed).toBe(4403);
    expect(await room.owner.text(`/api/v1/documents/${room.documentId}/content`)).toBe("for everyone to read");
  });

  test("awareness reaches others and goes with its connection", async () => {
    const room = await createRoom(server);
    const bearer = await documentToken(room.owner, room.documentId);
    const [first, second] = [connect(room.documentId, bearer), connect(room.documentId, bearer)];
    await Promise.all([first.synced(), second.synced()]);
    first.awareness.setLocalStateField("user", { name: "ada", color: "#123456" });
    const others = () => [...second.awareness.getStates().keys()].filter((id) => id !== second.doc.clientID);
    await until("presence", () => others().length === 1);
    first.provider.disconnect();
    await until("absence", () => others().length === 0);
  });

  test("a token opens its own document and no other", async () => {
    const room = await createRoom(server);
    const other = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title: "Another" });
    const client = connect(other.id, await documentToken(room.owner, room.documentId));
    const code = await new Promise<number>((resolve) => {
      client.provider.on("connection-close", (event: { code: number } | null) => resolve(event?.code ?? 0));
    });
    expect(code).toBe(4404);
  });

  test("two of them and a tab converge", async ({ browser }) => {
    const room = await createRoom(server);
    const ben = await join(server, room, "ben", "editor");
    const ada = await Person.arrive(browser, server.url, room.owner);
    await ada.openDocument(room.documentId);
    const first = connect(room.documentId, await documentToken(ben, room.documentId));
    const second = connect(room.documentId, await documentToken(ben, room.documentId));
    await Promise.all([first.synced(), second.synced()]);
    await ada.toEnd();
    await Promise.all([
      ada.type("From the tab. 😀 "),
      (async () => {
        for (let index = 0; index < 20; index += 1) {
          first.text.insert(0, `first ${index} `);
          second.text.insert(second.text.length, ` second ${index}`);
          await until("an answer", () => second.text.toString().includes(`first ${index} `));
        }
      })(),
    ]);
    const text = await until("equal texts", async () => {
      const shown = await ada.text();
      return shown === first.text.toString() && shown === second.text.toString() && shown;
    });
    // Two who write at the same place at the same time come between each other's keys. Nobody's are lost or out of order.
    expect(text.replace(/first \d+ | second \d+/g, "")).toBe("From the tab. 😀 ");
  });
});
