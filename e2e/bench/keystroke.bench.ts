// From key press to painted frame, in documents of three sizes. Prints; asserts no time.
import { expect, test } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";

const KEYS = 200;

declare global {
  interface Window {
    paints?: number[];
  }
}

test("keystroke to paint", async ({ browser }) => {
  const server = await Server.start();
  const room = await createRoom(server);
  for (const kilobytes of [1, 100, 1000]) {
    const document = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/documents`, { title: `${kilobytes} KB` });
    await room.owner.put(`/api/v1/documents/${document.id}/content`, prose(kilobytes));
    const ada = await Person.arrive(browser, server.url, room.owner);
    const opened = Date.now();
    await ada.openDocument(document.id);
    const openMs = Date.now() - opened;
    await ada.toStart();
    await ada.type("warm up ");
    await ada.page.evaluate(() => {
      const paints: number[] = [];
      window.paints = paints;
      window.addEventListener(
        "keydown",
        (event) => {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            // A message posted in the frame is handled right after it is painted.
            port1.onmessage = () => paints.push(performance.now() - event.timeStamp);
            port2.postMessage(undefined);
          });
        },
        { capture: true },
      );
    });
    await ada.type("x".repeat(KEYS), 10);
    const paints = (await ada.page.evaluate(() => window.paints ?? [])).sort((a, b) => a - b);
    expect(paints.length).toBe(KEYS);
    const at = (p: number) => (paints[Math.min(KEYS - 1, Math.floor((KEYS * p) / 100))] ?? NaN).toFixed(1);
    console.log(`${String(kilobytes).padStart(5)} KB: keystroke to paint p50 ${at(50)} ms, p95 ${at(95)} ms, p99 ${at(99)} ms; opened in ${openMs} ms`);
    await ada.leave();
  }
  await server.dispose();
});

/** Markdown as people write it. */
function prose(kilobytes: number): string {
  const paragraph = "## A part\n\nSome **strong** words, a [link](https://example.org), `code`, and then a sentence that goes on for a while as sentences do.\n\n- one thing\n- another thing\n\n";
  return paragraph.repeat(Math.ceil((kilobytes * 1000) / paragraph.length)).slice(0, kilobytes * 1000);
}
