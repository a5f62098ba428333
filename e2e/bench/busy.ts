// What the page's main thread does: how much of a processor it takes, and how long it is kept from a key at worst.
import type { Browser, CDPSession, Page } from "@playwright/test";

/** Processor time that the main thread takes while something is done, milliseconds. */
export async function busyMs(page: Page, act: () => Promise<unknown>): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = await metric(devtools, "TaskDuration");
  await act();
  const after = await metric(devtools, "TaskDuration");
  await devtools.detach();
  return (after - before) * 1000;
}

export async function metric(devtools: CDPSession, name: string): Promise<number> {
  const { metrics } = await devtools.send("Performance.getMetrics");
  const found = metrics.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the browser does not tell ${name}`);
  return found.value;
}

/** The longest task of a page: as it was seen from outside, and how much of that it had a processor. Others on the machine lengthen only the first. */
export interface Longest {
  wallMs: number;
  threadMs: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Takes down the tasks of all pages, until the answer is called for the one that says its name by `performance.mark`. */
export async function traceTasks(browser: Browser, mark: string): Promise<() => Promise<Longest>> {
  const devtools = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  devtools.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const includedCategories = ["disabled-by-default-devtools.timeline", "blink.user_timing", "__metadata"];
  await devtools.send("Tracing.start", { traceConfig: { includedCategories, excludedCategories: ["*"] }, transferMode: "ReportEvents" });
  return async () => {
    const ended = new Promise<void>((resolve) => devtools.once("Tracing.tracingComplete", () => resolve()));
    await devtools.send("Tracing.end");
    await ended;
    await devtools.detach();
    const pid = events.find(({ name }) => name === mark)?.pid;
    const main = events.find((event) => event.pid === pid && event.name === "thread_name" && event.args?.name === "CrRendererMain")?.tid;
    const tasks = events.filter((event) => event.pid === pid && event.tid === main && event.name === "RunTask" && event.ph === "X");
    if (tasks.length === 0) throw new Error("the browser told of no tasks");
    const longest = (values: (number | undefined)[]) => values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0) / 1000;
    return { wallMs: longest(tasks.map(({ dur }) => dur)), threadMs: longest(tasks.map(({ tdur }) => tdur)) };
  };
}
