// Tells a relay in trouble from a few recipients in trouble: 450, 451 and 452 belong to a recipient
// (greylisting, a full mailbox) until many of them come from several domains at once.
// Slowing down is a trial: where it is in vain twice, it was the recipients after all (a relay that
// greylists everybody), and a pace that falls and falls would only keep them waiting.
// Memory only: it holds domain names and is neither stored nor logged.

/** Answers looked back on. */
const windowSize = 200;
/** 20 % of the window. The share is of the whole window, filled or not: three greylisted recipients out of the first three must slow nobody. */
const neededTemporary = 40;
const neededDomains = 3;
/** After so many slow-downs without effect there are no more. */
const trials = 2;

/** The last 200 answers of one relay. */
export class TemporaryShare {
  readonly #answers: (string | null)[] = [];
  readonly #temporaryByDomain = new Map<string, number>();
  #next = 0;
  #temporary = 0;
  #recorded = 0;
  #slowdowns = 0;
  #inVain = false;

  /**
   * Notes an answer to RCPT or to the body. `domain` is the recipient's; `temporary` means 450, 451 or 452
   * without a rule that knows better. Answers true once, when it has turned out that slowing down was in vain.
   */
  record(domain: string, temporary: boolean): boolean {
    const leaving = this.#answers[this.#next];
    if (leaving !== undefined && leaving !== null) this.#count(leaving, -1);
    this.#answers[this.#next] = temporary ? domain : null;
    if (temporary) this.#count(domain, 1);
    this.#next = (this.#next + 1) % windowSize;
    this.#recorded += 1;
    if (this.#isHigh()) {
      const found = !this.#inVain && this.#slowdowns >= trials;
      this.#inVain ||= found;
      return found;
    }
    if (this.#recorded >= windowSize) this.#calm();
    return false;
  }

  /** True when at least 40 of the last 200 answers, from at least three domains, were temporary, and slowing down may help. */
  isThrottling(): boolean {
    return !this.#inVain && this.#slowdowns < trials && this.#isHigh();
  }

  /** The relay's pace was lowered because of it: whether that helps is judged by new answers alone. */
  slowed(): void {
    this.#slowdowns += 1;
    this.#answers.length = 0;
    this.#temporaryByDomain.clear();
    this.#next = 0;
    this.#temporary = 0;
    this.#recorded = 0;
  }

  #isHigh(): boolean {
    return this.#temporary >= neededTemporary && this.#temporaryByDomain.size >= neededDomains;
  }

  /** A whole window without trouble: the next trouble is a new one. */
  #calm(): void {
    this.#slowdowns = 0;
    this.#inVain = false;
  }

  #count(domain: string, change: 1 | -1): void {
    this.#temporary += change;
    const left = (this.#temporaryByDomain.get(domain) ?? 0) + change;
    if (left === 0) this.#temporaryByDomain.delete(domain);
    else this.#temporaryByDomain.set(domain, left);
  }
}
