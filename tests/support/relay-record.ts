// What the scripted relay has seen, for assertions.

/** How much is kept of a letter: all of it, no body, what big runs need, or nothing but numbers. */
export type Recording = 'full' | 'headers' | 'digest' | 'count';

export interface AcceptedLetter {
  /** `performance.now()` when the final dot was read. */
  readonly atMs: number;
  /** `performance.now()` of its MAIL FROM, as read from the socket. */
  readonly mailFromMs: number;
  readonly connection: number;
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  /** The value of X-Candor-Notice. */
  readonly notice: string;
  /** Unfolded, names in lower case. Empty unless recording is `full` or `headers`. */
  readonly headers: ReadonlyMap<string, string>;
  /** As sent, dots unstuffed. Empty unless recording is `full`. */
  readonly raw: Buffer;
}

export class RelayRecord {
  readonly recording: Recording;
  /** Letters answered with 2yz after the body (or meant to be: see `reply-then-drop`). */
  readonly letters: AcceptedLetter[] = [];
  /** Letters read to their end, whatever was answered, by recipient. */
  readonly bodies: string[] = [];
  /** `performance.now()` of each MAIL FROM, as read from the socket. */
  readonly mailFromsMs: number[] = [];
  readonly #lastMailFromMs = new Map<number, number>();
  /** Lines as received (credentials too: they are the test's own), unless recording is `count`. */
  readonly commands: string[] = [];
  /** `performance.now()` of each connection. */
  readonly connectionsMs: number[] = [];
  accepted = 0;
  /** Bodies that began. */
  begun = 0;
  openConnections = 0;
  mostOpenConnections = 0;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  connected(): number {
    this.connectionsMs.push(performance.now());
    this.openConnections += 1;
    this.mostOpenConnections = Math.max(this.mostOpenConnections, this.openConnections);
    return this.connectionsMs.length;
  }

  mailFrom(connection: number): void {
    const now = performance.now();
    this.mailFromsMs.push(now);
    this.#lastMailFromMs.set(connection, now);
  }

  command(line: string): void {
    if (this.recording !== 'count') this.commands.push(line);
  }

  read(to: string): void {
    if (this.recording !== 'count') this.bodies.push(to);
  }

  accept(connection: number, from: string, to: string, stuffed: Buffer): void {
    this.accepted += 1;
    if (this.recording === 'count') return;
    // No line of a header begins with a dot.
    const headers = readHeaders(stuffed);
    const full = this.recording === 'full';
    this.letters.push({
      atMs: performance.now(),
      mailFromMs: this.#lastMailFromMs.get(connection) ?? Number.NaN,
      connection,
      from,
      to,
      messageId: headers.get('message-id') ?? '',
      notice: headers.get('x-candor-notice') ?? '',
      headers: full || this.recording === 'headers' ? headers : new Map(),
      raw: full ? unstuffed(stuffed) : Buffer.alloc(0),
    });
  }

  /** The most MAIL FROM in any window of this length, for the promise about the rate. */
  mostMailFromsWithin(windowMs: number): number {
    const times = this.mailFromsMs.toSorted((a, b) => a - b);
    let first = 0;
    return times.reduce((most, time, index) => {
      while (time - (times[first] ?? time) >= windowMs) first += 1;
      return Math.max(most, index - first + 1);
    }, 0);
  }
}

function unstuffed(stuffed: Buffer): Buffer {
  const text = stuffed.toString('latin1');
  return Buffer.from(text.replace(/^\./, '').replaceAll('\r\n.', '\r\n'), 'latin1');
}

function readHeaders(raw: Buffer): Map<string, string> {
  const end = raw.indexOf('\r\n\r\n');
  const text = raw.subarray(0, end === -1 ? raw.length : end).toString('utf8');
  const lines = text.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}
