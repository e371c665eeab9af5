// Pure functions that are asked the same again and again: a file has few domains, and relays say nearly the same to everybody.

/** Longer questions are not worth their room. */
const longest = 512;

/**
 * The same function, which knows its last answers: at most so many, and only of questions of up to 512 characters. Not for
 * what makes a new object that its caller may change.
 */
export function remember<Answer>(ask: (question: string) => Answer, most: number): (question: string) => Answer {
  const answers = new Map<string, Answer>();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = ask(question);
    if (question.length > longest) return answer;
    // All at once: what is still asked for comes back at once, and nothing has to be kept in order.
    if (answers.size >= most) answers.clear();
    answers.set(question, answer);
    return answer;
  };
}
