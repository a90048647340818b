/** Answers that are remembered until the policies change: so many, and then the oldest make room. */
export class Decisions<Answer> {
  readonly #answers = new Map<string, Answer>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  of(question: string, decide: () => Answer): Answer {
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const answer = decide();
    if (this.#answers.size >= this.#most) for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      break;
    }
    this.#answers.set(question, answer);
    return answer;
  }
}
