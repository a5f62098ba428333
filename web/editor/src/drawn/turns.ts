// Work that is done apart, one piece after the other, by somebody who may never come back from it: then another takes their place.

/** Whoever does the work. */
export interface Hand<Q, A> {
  /** Asked again only after the last answer. */
  ask(question: Q): Promise<A>;
  close(): void;
}

/** `late`: it took too long, and would again. `away`: nobody could be reached, which may be otherwise another time. */
export type Result<A> = A | "late" | "away";

interface Waiting<Q, A> {
  question: Q;
  tell(result: Result<A>): void;
}

export class Turns<Q, A> {
  readonly #waiting: Waiting<Q, A>[] = [];
  #hand: Promise<Hand<Q, A>> | undefined;
  #isBusy = false;

  constructor(
    private readonly open: () => Promise<Hand<Q, A>>,
    private readonly limitMs: number,
  ) {}

  ask(question: Q): Promise<Result<A>> {
    return new Promise((tell) => {
      this.#waiting.push({ question, tell });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#isBusy) return;
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#isBusy = true;
    first.tell(await this.#answer(first.question));
    this.#isBusy = false;
    void this.#next();
  }

  async #answer(question: Q): Promise<Result<A>> {
    let hand: Hand<Q, A>;
    try {
      hand = await (this.#hand ??= this.open());
    } catch (error) {
      console.error(error);
      this.#hand = undefined;
      return "away";
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Only now: how long it takes to come is not the fault of what is asked.
    const late = new Promise<"late">((resolve) => (timer = setTimeout(() => resolve("late"), this.limitMs)));
    const result = await Promise.race([hand.ask(question), late]);
    clearTimeout(timer);
    if (result === "late") {
      hand.close();
      this.#hand = undefined;
    }
    return result;
  }
}
