import { expect } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

test("a long document travels packed, and is there as it is stored", async ({ browser }) => {
  const server = await Server.start();
  const room = await createRoom(server);
  const lines = Array.from({ length: 8_000 }, (_, number) => `Line ${number} of a document that is long enough to be packed.`);
  const text = lines.join("\n");
  await room.owner.put(`/api/v1/documents/${room.documentId}/content`, text);
  const ada = await Person.arrive(browser, server.url, room.owner);
  let received = 0;
  ada.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => (received += payload.length)));
  await ada.openDocument(room.documentId);
  await expect(ada.page.locator(".cm-line").first()).toHaveText(lines[0]!);
  expect(received).toBeGreaterThan(10_000);
  expect(received).toBeLessThan(text.length / 3);
  await ada.toEnd();
  await expect(ada.page.locator(".cm-line").last()).toHaveText(lines.at(-1)!);
  await ada.type(" And more.");
  await ada.saved();
  expect(await room.owner.text(`/api/v1/documents/${room.documentId}/content`)).toBe(`${text} And more.`);
  await server.dispose();
});
