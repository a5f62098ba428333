// The network of one browser: pages and their files come, and what they ask the server for comes or does not, as a test pleases.
import type { BrowserContext, WebSocketRoute } from "@playwright/test";

export class Network {
  #cut = false;
  #open = new Set<WebSocketRoute>();

  /** For pages that are opened from now on. */
  static async around(context: BrowserContext): Promise<Network> {
    const network = new Network();
    await context.routeWebSocket(/\/ws\?/, (socket) => {
      if (network.#cut) return void socket.close();
      network.#open.add(socket);
      socket.connectToServer();
    });
    await context.route(/\/(api|link)\b/, (route) => (network.#cut ? route.abort() : route.continue()));
    return network;
  }

  async cut(): Promise<void> {
    this.#cut = true;
    for (const socket of this.#open) await socket.close();
    this.#open.clear();
  }

  mend(): void {
    this.#cut = false;
  }
}
