// Tells a relay that is short of something from one that says no now and then: a 4yz at MAIL FROM is about nobody, so
// single ones are tried again soon, and many ask for less. While nearly nothing is taken, less is asked for as long as that
// lasts (a full queue disk). Where some are taken at any pace, slowing down is in vain, and the pace is given back.

/** Answers looked back on. */
const windowSize = 200;
/** 20 % of the window. The share is of the whole window, filled or not: the first three must slow nobody. */
const neededInWindow = 40;
/** It is so now, too, and not only a while ago. */
const lately = { size: 20, needed: 4 } as const;
/** So many answers tell the share at a pace; and so much of the share before says that the slower pace is no better. */
const trial = { size: 40, vainShare: 0.9, mostRefused: 0.8 } as const;

/** The last 200 answers of one relay to MAIL FROM. In memory only. */
export class MailShare {
  readonly #answers: boolean[] = [];
  #refused = 0;
  #slowed = false;
  #trial = { answers: 0, refused: 0 };
  #shareBefore: number | null = null;
  #inVain = false;

  /**
   * Notes an answer; `refused` is a 4yz that no rule knows better. Answers true once, when it has turned out that slowing
   * down was in vain.
   */
  record(refused: boolean): boolean {
    this.#count(this.#answers, refused);
    this.#trial.answers += 1;
    if (refused) this.#trial.refused += 1;
    if (this.#refused < neededInWindow) {
      if (this.#answers.length >= windowSize) this.#calm();
      return false;
    }
    if (this.#inVain || this.#shareBefore === null || this.#trial.answers < trial.size) return false;
    const share = this.#trial.refused / this.#trial.answers;
    this.#inVain = share < trial.mostRefused && share > trial.vainShare * this.#shareBefore;
    return this.#inVain;
  }

  /** True when at least 40 of the last 200 answers, and 4 of the last 20, were no, and slowing down may help. */
  isThrottling(): boolean {
    if (this.#inVain || this.#refused < neededInWindow) return false;
    return this.#answers.slice(-lately.size).filter(Boolean).length >= lately.needed;
  }

  /** The relay's pace was lowered because of it. */
  slowed(): void {
    const { answers, refused } = this.#trial;
    // Up to the first slow-down the share is a mixture of before and after the trouble began; few answers tell nothing.
    if (this.#slowed && answers < trial.size) return;
    this.#shareBefore = this.#slowed ? refused / answers : null;
    this.#slowed = true;
    this.#trial = { answers: 0, refused: 0 };
  }

  /** A whole window without trouble: the next trouble is a new one. */
  #calm(): void {
    this.#slowed = false;
    this.#shareBefore = null;
    this.#inVain = false;
  }

  #count(answers: boolean[], refused: boolean): void {
    answers.push(refused);
    if (refused) this.#refused += 1;
    if (answers.length > windowSize && answers.shift() === true) this.#refused -= 1;
  }
}
