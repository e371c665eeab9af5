// The end mark of DOS: a Ctrl-Z with which some programs still end a text file, perhaps with what fills the last block
// behind it. It is no part of a cell. Within the text it is one, so it waits for what comes next.

const controlZ = 0x1a;
/** What may fill a block; more of it is kept for what it is. */
const longestMark = 4_096;

export class EndOfFile {
  #held = '';

  /** Takes text and answers what certainly stands before the end. */
  push(text: string): string {
    const whole = this.#held === '' ? text : this.#held + text;
    const cut = markAt(whole);
    this.#held = cut === -1 ? '' : whole.slice(cut);
    return cut === -1 ? whole : whole.slice(0, cut);
  }

  /** Takes the last text; a mark at its end is dropped. */
  last(text: string): string {
    const usable = this.push(text);
    this.#held = '';
    return usable;
  }
}

/** Where the mark at the end of the text begins; -1: there is none. */
function markAt(text: string): number {
  let found = -1;
  for (let index = text.length - 1; index >= 0 && text.length - index <= longestMark; index -= 1) {
    const code = text.charCodeAt(index);
    if (code === controlZ) found = index;
    else if (code !== 0 && code !== 0x0a && code !== 0x0d && code !== 0x20 && code !== 0x09) break;
  }
  return found;
}
