// The people's page, for administrators: every account, and the ways to suspend and to restore it.

import { change, fetchAccounts } from "./accounts/api.ts";
import { row } from "./accounts/row.ts";
import { say } from "./accounts/words.ts";
import { confirm, type Question } from "./confirm.ts";
import { make } from "./dom.ts";

/** Shows the page in an empty element. */
export function show(place: HTMLElement): void {
  const rows = make("ul", { className: "rows" });
  rows.dataset["testid"] = "accounts";
  const status = make("p", { className: "small soft", role: "status" });
  place.replaceChildren(make("p", { className: "section-lead" }, say("lead")), rows, status);

  const list = async (): Promise<void> => {
    const accounts = await fetchAccounts();
    if (accounts === undefined) {
      const again = make("button", { className: "button", type: "button", onclick: () => void list() }, say("again"));
      status.replaceChildren(say("unreachable"), " ", again);
      return;
    }
    status.replaceChildren();
    const focused = rows.contains(document.activeElement) ? document.activeElement?.closest("li")?.dataset["user"] : undefined;
    rows.replaceChildren(
      ...accounts.map((account) =>
        row(account, {
          suspend: () => confirm(place, question(account.display_name), () => carryOut("POST", account.id)),
          restore: () => void carryOut("DELETE", account.id),
        }),
      ),
    );
    // The row is another one now, and whoever is at the keyboard is still there.
    if (focused !== undefined) rows.querySelector<HTMLElement>(`[data-user="${focused}"] button`)?.focus();
  };

  const carryOut = async (method: "POST" | "DELETE", id: string): Promise<boolean> => {
    const isDone = await change(method, id);
    await list();
    status.append(isDone ? "" : say("failed"));
    return isDone;
  };

  void list();
}

function question(name: string): Question {
  return { title: say("suspend-title", { name }), body: say("suspend-body", { name }), cancel: say("cancel"), deed: say("suspend") };
}
