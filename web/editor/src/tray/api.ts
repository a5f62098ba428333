// What the server is asked on behalf of rescued work.

export interface Room {
  id: string;
  name: string;
  role: "viewer" | "editor" | "owner";
}

/** The person's rooms; none while the server does not answer. */
export async function rooms(): Promise<Room[]> {
  try {
    const all: Room[] = [];
    let cursor = "";
    do {
      const answer = await fetch(`/api/v1/rooms${cursor}`);
      if (!answer.ok) return [];
      const page: { items: Room[]; next: string | null } = await answer.json();
      all.push(...page.items);
      cursor = page.next === null ? "" : `?cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== "");
    return all;
  } catch {
    return [];
  }
}

/** Makes a document of a text; none when that did not work. */
export async function save(room: string, title: string, content: string): Promise<{ id: string; title: string } | undefined> {
  const headers = { "content-type": "application/json" };
  try {
    const answer = await fetch(`/api/v1/rooms/${room}/documents`, { method: "POST", headers, body: JSON.stringify({ title, content }) });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}
