// From asking for a document to the first keystroke that is stored, behind proxies of several minds. Prints; asserts no time.
import { expect, test } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { type Events, Proxy, type Sockets } from "../harness/proxy.ts";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";

const minds: [Sockets, Events][] = [
  ["pass", "pass"],
  ["refuse", "pass"],
  ["refuse", "buffer"],
  ["hang", "pass"],
  ["hang", "buffer"],
];

for (const [sockets, events] of minds) {
  test(`first keystroke with WebSockets: ${sockets}, events: ${events}`, async ({ browser }) => {
    const proxy = await Proxy.start();
    const server = await Server.start();
    proxy.leadTo(server.url);
    proxy.sockets = sockets;
    proxy.events = events;
    const room = await createRoom(proxy);
    const ada = await Person.arrive(browser, proxy.url, room.owner);
    // The first visit finds out what the network lets through, the second remembers it.
    for (const visit of ["first", "second"]) {
      const asked = Date.now();
      await ada.openDocument(room.documentId);
      const openMs = Date.now() - asked;
      await ada.toEnd();
      await ada.type("x");
      await expect(ada.editor).toContainText("x");
      await ada.saved();
      const carrier = await ada.saveState.getAttribute("data-carrier");
      console.log(`${sockets}/${events}, ${visit} visit: open after ${openMs} ms, stored after ${Date.now() - asked} ms, by ${carrier}`);
    }
    await ada.leave();
    await server.dispose();
    await proxy.close();
  });
}
