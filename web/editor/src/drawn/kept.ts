// Answers by what they answer, as long as there is room: those that were asked for longest ago go first.

export class Kept<A> {
  readonly #answers = new Map<string, { answer: A; weight: number }>();
  #weight = 0;

  constructor(private readonly weightMax: number) {}

  get(question: string): A | undefined {
    const found = this.#answers.get(question);
    if (found === undefined) return undefined;
    this.#answers.delete(question);
    this.#answers.set(question, found);
    return found.answer;
  }

  set(question: string, answer: A, weight: number): void {
    this.#forget(question);
    this.#answers.set(question, { answer, weight });
    this.#weight += weight;
    for (const oldest of this.#answers.keys()) {
      if (this.#weight <= this.weightMax) break;
      this.#forget(oldest);
    }
  }

  #forget(question: string): void {
    this.#weight -= this.#answers.get(question)?.weight ?? 0;
    this.#answers.delete(question);
  }
}
