// A piece of work, as the tab's program tells of it.

import { say } from "./words.ts";

/** A copy of a document, or a message with its room and the name of the attempt. */
export type Id = { Copy: { document: string } } | { Message: [room: string, nonce: string] };

export interface Work {
  id: Id;
  /** When, milliseconds since 1970. */
  at: number;
  title: string | null;
  room: { id: string; name: string } | null;
  /** Markdown. */
  text: string;
}

/** What the tab's program does for a piece: lets it go, says it again in its room, says something else there, tells the person something. False when it cannot. */
export type Act = (deed: "let-go" | "resend" | "say" | "tell", text: string) => boolean;

/** What the person knows it by. */
export function nameOf({ id, title }: Pick<Work, "id" | "title">): string {
  return title ?? say("Copy" in id ? "untitled" : "message");
}
