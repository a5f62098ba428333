// A laptop that is shut while its owner writes, carried to another network, and opened again.
import { expect } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { Profile } from "../harness/profile.ts";
import { Proxy } from "../harness/proxy.ts";
import { createRoom, join } from "../harness/room.ts";
import { Server } from "../harness/server.ts";
import { test } from "../harness/test.ts";

test("a laptop that is shut and opened in another network goes on by itself, with what was typed before, and what others wrote meanwhile", async ({
  browser,
}) => {
  const server = await Server.start();
  const proxy = await Proxy.start();
  proxy.leadTo(server.url);
  const room = await createRoom(server);
  const ben = await Person.arrive(browser, server.url, await join(server, room, "ben", "editor"));
  // Only the laptop is behind the proxy.
  const laptop = await Profile.make(proxy.url);
  const ada = await laptop.start();
  await ada.signIn(room.owner);
  await ada.openDocument(room.documentId);
  await ada.toEnd();
  await ada.type("Before the lid. ");
  await ada.saved();
  proxy.freeze();
  await ada.type("In the tunnel. ");
  await laptop.sleep();

  await ben.openDocument(room.documentId);
  expect(await ben.text()).toBe("Before the lid. ");
  await ben.toStart();
  await ben.type("Meanwhile. ");
  await ben.saved();

  proxy.thaw();
  proxy.cut();
  await laptop.wake();
  await expect(ada.editor).toContainText("Meanwhile.");
  await expect(ben.editor).toContainText("In the tunnel.");
  await ada.type("And on.");
  await ada.saved();
  const text = "Meanwhile. Before the lid. In the tunnel. And on.";
  await expect(ben.editor).toHaveText(text);
  expect(await ada.text()).toBe(text);
  expect(await room.owner.text(`/api/v1/documents/${room.documentId}/content`)).toBe(text);

  await laptop.dispose();
  await proxy.close();
  await server.dispose();
});
