// Work that is done in steps while nothing else is to be done. Asked for anew, it begins anew.

/** Steps end a little before the browser wants to go on, milliseconds. */
const SPARE_MS = 2;

/** Where the browser does not tell when it is idle, or is not for too long, steps take no longer than this at a time, milliseconds. */
const STEPS_MS = 6;

export class Idle {
  private asked: number | undefined;

  /** With a limit, what somebody waits for is not put off for longer than so many milliseconds: after a click, browsers may take a second to be idle. */
  constructor(private readonly waitMsMax?: number) {}

  /** Calls `done` with what the last step gives. */
  run<T>(steps: () => Generator<undefined, T>, done: (value: T) => void): void {
    this.stop();
    let work: Generator<undefined, T> | undefined;
    const go = (hasTime: () => boolean) => {
      work ??= steps();
      do {
        const step = work.next();
        if (step.done === true) return done(step.value);
      } while (hasTime());
      this.ask(go);
    };
    this.ask(go);
  }

  stop(): void {
    if (this.asked === undefined) return;
    if ("cancelIdleCallback" in globalThis) cancelIdleCallback(this.asked);
    else clearTimeout(this.asked);
    this.asked = undefined;
  }

  private ask(go: (hasTime: () => boolean) => void): void {
    if ("requestIdleCallback" in globalThis) {
      const options = this.waitMsMax === undefined ? {} : { timeout: this.waitMsMax };
      this.asked = requestIdleCallback((deadline) => go(deadline.didTimeout ? forSteps() : () => deadline.timeRemaining() > SPARE_MS), options);
      return;
    }
    this.asked = Number(setTimeout(() => go(forSteps())));
  }
}

function forSteps(): () => boolean {
  const end = performance.now() + STEPS_MS;
  return () => performance.now() < end;
}
