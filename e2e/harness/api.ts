// A person at the HTTP API: a cookie of their own, an Origin, and errors that speak.
export type Json = Record<string, any>;

export class Api {
  #cookie = "";

  constructor(readonly base: string) {}

  get cookie(): string {
    return this.#cookie;
  }

  async call(method: string, path: string, body?: Json): Promise<{ status: number; body: any }> {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        origin: this.base,
        ...(this.#cookie ? { cookie: this.#cookie } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) this.#cookie = cookie.split(";")[0] ?? "";
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** As `call`, where anything but success is the test's failure. */
  async ok(method: string, path: string, body?: Json): Promise<any> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async text(path: string): Promise<string> {
    const response = await fetch(this.base + path, { headers: { cookie: this.#cookie } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    return response.text();
  }

  async put(path: string, markdown: string): Promise<void> {
    const headers = { origin: this.base, cookie: this.#cookie, "content-type": "text/markdown" };
    const response = await fetch(this.base + path, { method: "PUT", headers, body: markdown });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status}`);
  }

  static async register(base: string, username: string, invite?: string): Promise<Api> {
    const api = new Api(base);
    await api.ok("POST", "/api/v1/register", { username, password: `${username}-long-password`, ...(invite ? { invite } : {}) });
    return api;
  }
}
