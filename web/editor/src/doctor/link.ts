// Whether what is said without a WebSocket arrives: one link for each check, on which a ping is posted while the answer is waited for.

import { type Finding, failed, PATIENCE_MS, passed, since } from "./finding.ts";

/** Something on the way has answered for the server. */
class Refused extends Error {
  constructor(readonly status: number) {
    super();
  }
}

export async function checkEvents(): Promise<Finding> {
  let encoding: string | null = null;
  const work = async (link: Link) => {
    const answer = await link.request("GET", "events?after=0");
    encoding = answer.headers.get("content-encoding");
    const events = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    await until(events, "welcome");
    // The server sends the answer only now: whoever collects events holds it back.
    const asked = performance.now();
    await link.ping();
    await until(events, "pong");
    return passed("events-works", { ms: since(asked) });
  };
  return onLink(work, (refused) => {
    if (refused !== undefined) return failed("events-refused", { status: String(refused) }, { proxy: "buffering" });
    if (encoding !== null) return failed("events-compressed", { encoding }, { proxy: "compression" });
    return failed("events-held", {}, { proxy: "buffering" });
  });
}

export async function checkPoll(): Promise<Finding> {
  const work = async (link: Link) => {
    await (await link.request("GET", "poll?after=0")).text();
    // The next one waits, until the answer to the ping wakes it.
    const waiting = link.request("GET", "poll?after=1");
    const asked = performance.now();
    const [answer] = await Promise.all([waiting, link.ping()]);
    if (!(await answer.text()).includes('{"pong"')) throw new Refused(answer.status);
    return passed("poll-works", { ms: since(asked) });
  };
  return onLink(work, (refused) => {
    if (refused !== undefined) return failed("poll-refused", { status: String(refused) }, { proxy: "buffering" });
    return failed("poll-silent", {}, { proxy: "buffering" });
  });
}

class Link {
  private constructor(
    readonly path: string,
    readonly signal: AbortSignal,
  ) {}

  static async open(signal: AbortSignal): Promise<Link> {
    const answer = await request("POST", "/link?codec=inkling.v1.json", signal);
    const { link } = (await answer.json()) as { link: string };
    return new Link(`/link/${link}`, signal);
  }

  request(method: string, rest: string, body?: string): Promise<Response> {
    return request(method, `${this.path}/${rest}`, this.signal, body);
  }

  async ping(): Promise<void> {
    await this.request("POST", "frames?first=1", '"ping"\n');
  }
}

async function onLink(work: (link: Link) => Promise<Finding>, amiss: (refused: number | undefined) => Finding): Promise<Finding> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), PATIENCE_MS);
  let link: Link | undefined;
  try {
    link = await Link.open(ending.signal);
    return await work(link);
  } catch (error) {
    return amiss(error instanceof Refused ? error.status : undefined);
  } finally {
    clearTimeout(timer);
    ending.abort();
    // A link that nobody closes is over by itself after a while.
    if (link !== undefined) fetch(`${link.path}/close`, { method: "POST" }).catch(() => {});
  }
}

async function request(method: string, path: string, signal: AbortSignal, body?: string): Promise<Response> {
  const answer = await fetch(path, { method, signal, ...(body === undefined ? {} : { body }) });
  if (!answer.ok) throw new Refused(answer.status);
  return answer;
}

/** Reads on until a frame of that kind has come. */
async function until(events: ReadableStreamDefaultReader<string>, kind: string): Promise<void> {
  let text = "";
  while (!text.includes(`data: {"${kind}"`)) {
    const { value, done } = await events.read();
    if (done) throw new Error("the stream has ended");
    text += value;
  }
}
