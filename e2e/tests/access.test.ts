import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { Person } from "../harness/person.ts";
import { createRoom } from "../harness/room.ts";
import { Server } from "../harness/server.ts";

// Every screen, in both themes, for assistive technology and at the narrowest width.
for (const colorScheme of ["light", "dark"] as const) {
  test(`every screen is accessible and fits 320 px, ${colorScheme}`, async ({ browser }) => {
    const server = await Server.start();
    const stranger = await Person.arrive(browser, server.url, undefined, { colorScheme });
    const findings: string[] = [];
    await look(stranger, "/welcome", findings);

    const room = await createRoom(server);
    await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/messages`, { body: "See **this**: `code`, and https://example.org" });
    const invite = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/invites`, { role: "editor" });
    for (const path of ["/sign-in", `/invite/${invite.token}`, "/no-access"]) await look(stranger, path, findings);

    const ada = await Person.arrive(browser, server.url, room.owner, { colorScheme });
    await ada.openDocument(room.documentId);
    await ada.toEnd();
    await ada.type("# A heading\n\nSome *text* with `code` and [a link](https://example.org).\n");
    for (const path of [`/documents/${room.documentId}`, "/", `/rooms/${room.roomId}`, "/settings", "/admin/people", "/nowhere"]) await look(ada, path, findings);
    expect(findings).toEqual([]);
    await stranger.leave();
    await ada.leave();
    await server.dispose();
  });
}

async function look(person: Person, path: string, findings: string[]): Promise<void> {
  const { page } = person;
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(path);
  await page.locator("#app:not([aria-busy])").waitFor();
  await expect(page.locator("main").first()).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, impact, nodes } of violations) {
    if (impact === "serious" || impact === "critical") findings.push(`${path}: ${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (excess > 0) findings.push(`${path}: ${excess} px too wide at 320 px`);
}
