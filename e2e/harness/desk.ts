// Two people at one document, and what has to be true between them.
import { type Browser } from "@playwright/test";
import { Person } from "./person.ts";
import type { Proxy } from "./proxy.ts";
import { createRoom, join, type Room } from "./room.ts";
import { Server } from "./server.ts";
import { test } from "./test.ts";
import { until } from "./until.ts";

export class Desk {
  private constructor(
    readonly server: Server,
    readonly room: Room,
    readonly ada: Person,
    readonly ben: Person,
  ) {}

  /** With a proxy, everybody comes by it. */
  static async lay(browser: Browser, proxy?: Proxy): Promise<Desk> {
    const server = await Server.start();
    proxy?.leadTo(server.url);
    const { url } = proxy ?? server;
    const room = await createRoom({ url });
    const account = await join({ url }, room, "ben", "editor");
    const ada = await Person.arrive(browser, url, room.owner);
    const ben = await Person.arrive(browser, url, account);
    await ada.openDocument(room.documentId);
    await ben.openDocument(room.documentId);
    return new Desk(server, room, ada, ben);
  }

  async clear(): Promise<void> {
    await this.ada.leave();
    await this.ben.leave();
    await this.server.dispose();
  }

  get contentPath(): string {
    return `/api/v1/documents/${this.room.documentId}/content`;
  }

  /** The text that both show, once they show the same. */
  async equalTexts(): Promise<string> {
    return until("equal texts", async () => {
      const [first, second] = [await this.ada.text(), await this.ben.text()];
      return first === second && first;
    });
  }
}

/** Lays a desk before each test of a suite and clears it afterwards. When a test fails, the end of the server's log is printed. */
export function atDesk(take: (desk: Desk) => void): void {
  let desk: Desk;
  test.beforeEach(async ({ browser }) => {
    desk = await Desk.lay(browser);
    take(desk);
  });
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) console.log(desk.server.log.split("\n").slice(-30).join("\n"));
    await desk.clear();
  });
}
