// Work that the server cannot take: Ben writes while he is cut off, and meanwhile it changes its mind.
import { expect, type Locator } from "@playwright/test";
import type { Desk } from "./desk.ts";
import type { Person } from "./person.ts";

export function tray(person: Person): Locator {
  return person.page.getByTestId("tray");
}

/** Until the screen says that there is no connection. */
export async function cut(person: Person): Promise<void> {
  await expect(person.saveState).toHaveAttribute("data-state", /offline|reconnecting/, { timeout: 40_000 });
}

/** Ben types without a connection, and finds another world when it is back. */
export async function writesCutOff(desk: Desk, text: string, meanwhile: () => Promise<unknown>, pasted = ""): Promise<void> {
  const { ben } = desk;
  await ben.context.setOffline(true);
  await cut(ben);
  await ben.toEnd();
  await ben.page.keyboard.insertText(pasted);
  await ben.type(text);
  await ben.heldOnDevice();
  await meanwhile();
  await ben.context.setOffline(false);
  await expect(tray(ben)).toBeVisible();
}

/** Gives Ben another role in the room. */
export async function role(desk: Desk, to: string): Promise<void> {
  const { owner, roomId } = desk.room;
  const members = await owner.ok("GET", `/api/v1/rooms/${roomId}/members`);
  const id = members.items.find((member: { role: string }) => member.role === "editor").user.id;
  await owner.ok("PATCH", `/api/v1/rooms/${roomId}/members/${id}`, { role: to });
}
