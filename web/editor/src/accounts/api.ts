// What the server is asked about accounts.

/** As `GET /api/v1/admin/users` lists it. */
export interface Account {
  id: string;
  username: string;
  display_name: string;
  administrator: boolean;
  suspended_at: string | null;
  /** Whether it is of whoever asks. */
  mine: boolean;
}

interface Page {
  items: Omit<Account, "mine">[];
  next: string | null;
}

/** All of them; none when the server does not answer. */
export async function fetchAccounts(): Promise<Account[] | undefined> {
  try {
    const me = await json<{ id: string }>("/api/v1/me");
    const all: Account[] = [];
    let cursor = "";
    do {
      const page: Page = await json(`/api/v1/admin/users${cursor}`);
      all.push(...page.items.map((account) => ({ ...account, mine: account.id === me.id })));
      cursor = page.next === null ? "" : `?cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== "");
    return all;
  } catch {
    return undefined;
  }
}

/** Suspends or restores one; false when that did not happen. */
export async function change(method: "POST" | "DELETE", id: string): Promise<boolean> {
  try {
    return (await fetch(`/api/v1/admin/users/${id}/suspension`, { method })).ok;
  } catch {
    return false;
  }
}

async function json<T>(path: string): Promise<T> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}
