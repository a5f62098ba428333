// A stock Yjs client: yjs and y-websocket as their users run them.
import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

export class StockClient {
  readonly doc = new Y.Doc();
  readonly provider: WebsocketProvider;

  constructor(base: string, documentId: string, token: string) {
    this.provider = new WebsocketProvider(base.replace("http", "ws") + "/yjs", documentId, this.doc, {
      params: { token },
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
    });
  }

  get text(): Y.Text {
    return this.doc.getText("content");
  }

  get awareness(): WebsocketProvider["awareness"] {
    return this.provider.awareness;
  }

  /** Resolves once the server has answered what this client lacks. */
  async synced(): Promise<void> {
    if (this.provider.synced) return;
    await new Promise<void>((resolve) => {
      this.provider.on("sync", (synced: boolean) => {
        if (synced) resolve();
      });
    });
  }

  destroy(): void {
    this.provider.destroy();
    this.doc.destroy();
  }
}
