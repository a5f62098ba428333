// A room with people in it, made over the API.
import { Api, type Json } from "./api.ts";

/** Where a server is reached, itself or by what stands before it. */
export interface Reached {
  readonly url: string;
}

export interface Room {
  owner: Api;
  roomId: string;
  documentId: string;
}

export async function createRoom(server: Reached, title = "Shared notes"): Promise<Room> {
  const owner = await Api.register(server.url, "ada");
  const room: Json = await owner.ok("POST", "/api/v1/rooms", { name: "Workshop" });
  const document: Json = await owner.ok("POST", `/api/v1/rooms/${room["id"]}/documents`, { title });
  return { owner, roomId: room["id"], documentId: document["id"] };
}

/** Another person, in the room with `role`. */
export async function join(server: Reached, room: Room, username: string, role: "editor" | "viewer"): Promise<Api> {
  const invite: Json = await room.owner.ok("POST", `/api/v1/rooms/${room.roomId}/invites`, { role });
  return Api.register(server.url, username, invite["token"]);
}

/** A token that opens one document, as a stock client carries it in its URL. */
export async function documentToken(person: Api, documentId: string): Promise<string> {
  return (await person.ok("POST", "/api/v1/tokens", { name: "test", document_id: documentId })).token;
}
