// The doctor's page: runs the checks one after the other, and shows what each found with the lines that mend it.
// It stands apart from the tab's session: what is being looked at may be the reason that the session has no connection.

import { checkBody } from "./doctor/body.ts";
import { checkEvents, checkPoll } from "./doctor/link.ts";
import type { Examination, Finding } from "./doctor/finding.ts";
import { checkSocket } from "./doctor/socket.ts";
import { Sheet } from "./doctor/sheet.ts";

/** In the order in which they are shown. */
const CHECKS = ["address", "https", "cookie", "client", "clock", "body", "socket", "events", "poll", "disk"];

/** Shows the page in an empty element, and looks. */
export function show(place: HTMLElement): void {
  const sheet = new Sheet(place, CHECKS, () => void look(sheet));
  void look(sheet);
}

async function look(sheet: Sheet): Promise<void> {
  sheet.begin();
  const examination = await ask<Examination>("GET", `/api/v1/admin/doctor?${query()}`);
  if (examination === undefined) return sheet.giveUp();
  sheet.know(examination);
  for (const finding of examination.findings) sheet.show(finding);
  const others: (() => Promise<Finding | undefined>)[] = [
    () => checkBody(examination.body_bytes_max),
    checkSocket,
    checkEvents,
    checkPoll,
    () => ask<Finding>("POST", "/api/v1/admin/doctor/disk"),
  ];
  for (const check of others) {
    if (!sheet.isShown) return;
    const finding = await check();
    if (finding !== undefined) sheet.show(finding);
    // Every other request would be refused for the same reason.
    if (finding?.sentence === "body-foreign") break;
  }
  sheet.end();
}

function query(): URLSearchParams {
  const isReadable = /(?:^|; )(?:__Host-)?inkling=/.test(document.cookie);
  return new URLSearchParams({ address: location.origin, now_ms: String(Date.now()), is_cookie_readable: String(isReadable) });
}

/** None when there is no answer, or none that an Inkling server gives. */
async function ask<T>(method: string, path: string): Promise<T | undefined> {
  try {
    const answer = await fetch(path, { method });
    return answer.ok ? ((await answer.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}
