// What most editors of this kind are made of: Yjs, its binding to CodeMirror, its WebSocket provider; connected to our server.
import { yCollab } from "y-codemirror.next";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { show } from "./extensions.ts";

const { documentId, token } = window.rival;
const provider = new WebsocketProvider(`ws://${location.host}/yjs`, documentId, new Y.Doc(), { params: { token }, disableBc: true });
await new Promise<void>((resolve) => provider.once("sync", () => resolve()));
provider.awareness.setLocalStateField("user", { name: "Ada", color: "#30bced", colorLight: "#30bced33" });
const text = provider.doc.getText("content");
show(text.toString(), yCollab(text, provider.awareness));
