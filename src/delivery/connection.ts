// One letter at a time over one session with the relay. The promises 3 and 5 rest on this file:
//  - accepted is a 2yz that came after the last byte of the body had left; an earlier one proves nothing;
//  - the stage is known at every moment, so `mayHaveGone` is true exactly from the first byte of the body on;
//  - replies are never shifted: a reply too many, or one where none belongs, ends the session.
// MAIL, RCPT and DATA go out together where the relay offers PIPELINING (RFC 2920).
// Not promised: that a relay which answers 2yz keeps the letter.
import type { DeliveryResult, LetterStage, Loss, Reply } from '../domain/delivery-result.ts';
import type { Clock } from '../runtime/clock.ts';
import { encodeMessage, type EncodedMessage, type Message } from './encode-body.ts';
import { wireEnvelope, type Envelope, type WireEnvelope } from './envelope.ts';
import type { Session } from './session.ts';
import type { Wire } from './wire.ts';

export interface DeliverHooks {
  /** Called at the moment MAIL FROM is written: the one that the rate counts (promise 7). */
  onMailFrom?(): void;
}

/** An open session. */
export interface RelayConnection {
  /**
   * Hands one letter to the relay and answers what came of it. Never throws for what the relay does;
   * an envelope that is not two plain addresses, or a second letter at the same time, is a bug and throws.
   */
  deliver(envelope: Envelope, message: Message, hooks?: DeliverHooks): Promise<DeliveryResult>;
  /** False after a 421, a loss, or any doubt about which reply belongs to what. It then takes no more letters. */
  readonly usable: boolean;
  /** Waits until the replies left over from a refused letter are read and the session is reset; answers `usable`. */
  settled(): Promise<boolean>;
  /** Says QUIT, waits for the answer at most 5 s, closes. */
  close(): Promise<void>;
  /** Ends it at once, in the middle of a body too (the stream is never ended, so no half letter can be taken). A running `deliver` answers `lost`. */
  destroy(): void;
  readonly supportsSmtpUtf8: boolean;
  readonly encrypted: boolean;
  readonly verified: boolean;
  readonly authenticated: boolean;
  readonly lastUsedAt: Date;
  /** Mechanisms that the relay offers, where no login is given. */
  readonly unusedLogins: readonly string[];
  /** Letters whose recipient or body the relay has answered. */
  readonly letters: number;
  /** True when the relay ended it between two letters: with a 421 at MAIL, or without a word. */
  readonly endedBetweenLetters: boolean;
}

/** For leftovers (RSET, QUIT): no letter waits for these, so they need not wait as long as RFC 5321 grants. */
const courtesyMs = 5_000;

export class OpenConnection implements RelayConnection {
  readonly #session: Session;
  readonly #wire: Wire;
  readonly #clock: Clock;
  #busy = false;
  #letters = 0;
  #endedBetweenLetters = false;
  #doubtful = false;
  #recovery: Promise<void> | null = null;
  #lastUsedAt: Date;

  constructor(session: Session, clock: Clock) {
    this.#session = session;
    this.#wire = session.wire;
    this.#clock = clock;
    this.#lastUsedAt = clock.now();
    this.#wire.beQuiet(true);
  }

  get usable(): boolean {
    if (this.#doubtful || !this.#wire.open) return false;
    // Something unasked in a quiet session is a 421 or confusion: either way it is over.
    return this.#busy || this.#recovery !== null || this.#wire.unread === 0;
  }

  get supportsSmtpUtf8(): boolean {
    return this.#session.offers.smtpUtf8;
  }

  get encrypted(): boolean {
    return this.#session.encrypted;
  }

  get verified(): boolean {
    return this.#session.verified;
  }

  get authenticated(): boolean {
    return this.#session.authenticated;
  }

  get lastUsedAt(): Date {
    return this.#lastUsedAt;
  }

  get unusedLogins(): readonly string[] {
    return this.#session.authenticated ? [] : this.#session.offers.auth;
  }

  get letters(): number {
    return this.#letters;
  }

  get endedBetweenLetters(): boolean {
    return this.#endedBetweenLetters || (!this.#doubtful && !this.#busy && !this.#wire.open);
  }

  async deliver(envelope: Envelope, message: Message, hooks?: DeliverHooks): Promise<DeliveryResult> {
    if (this.#busy) throw new Error('a connection takes one letter at a time');
    const addresses = wireEnvelope(envelope);
    if (addresses.needsSmtpUtf8 && !this.supportsSmtpUtf8)
      return { kind: 'unsupported', reason: 'relay-without-smtputf8' };
    this.#busy = true;
    try {
      if (this.#recovery !== null) await this.#recovery;
      this.#wire.beQuiet(false);
      this.#endedBetweenLetters = !this.#doubtful && (this.#wire.unread > 0 || !this.#wire.open);
      if (this.#wire.unread > 0) this.#doubt();
      if (!this.usable) return { kind: 'lost', stage: 'mail', loss: 'reset', mayHaveGone: false };
      return await this.#transact(addresses, encodeMessage(message), hooks);
    } finally {
      this.#busy = false;
      this.#lastUsedAt = this.#clock.now();
      if (this.#recovery === null) this.#wire.beQuiet(true);
    }
  }

  async settled(): Promise<boolean> {
    if (this.#recovery !== null) await this.#recovery;
    return this.usable;
  }

  async close(): Promise<void> {
    if (!(await this.settled()) || this.#busy) return this.destroy();
    this.#doubtful = true;
    this.#wire.beQuiet(false);
    this.#wire.write('QUIT\r\n');
    await this.#withinCourtesy(this.#wire.read());
    this.#wire.destroy();
  }

  destroy(): void {
    this.#doubt();
  }

  async #transact(envelope: WireEnvelope, body: EncodedMessage, hooks?: DeliverHooks): Promise<DeliveryResult> {
    const { pipelining } = this.#session.offers;
    const mailFrom = `MAIL FROM:<${envelope.from}>${this.#parameters(envelope, body)}\r\n`;
    const rcptTo = `RCPT TO:<${envelope.to}>\r\n`;
    hooks?.onMailFrom?.();
    this.#wire.write(pipelining ? `${mailFrom}${rcptTo}DATA\r\n` : mailFrom);

    const mail = await this.#wire.read();
    this.#endedBetweenLetters = mail.ok ? mail.reply.code === 421 : mail.loss === 'reset' && !this.#doubtful;
    if (!mail.ok) return this.#lost('mail', mail.loss, false);
    if (mail.reply.code >= 400) return this.#refused('mail', mail.reply, pipelining ? 2 : 0);
    if (mail.reply.code >= 300) return this.#lost('mail', 'protocol', false);

    if (!pipelining) this.#wire.write(rcptTo);
    const rcpt = await this.#wire.read();
    if (!rcpt.ok) return this.#lost('rcpt', rcpt.loss, false);
    this.#letters += 1;
    if (rcpt.reply.code >= 400) return this.#refused('rcpt', rcpt.reply, pipelining ? 1 : 0);
    if (rcpt.reply.code >= 300) return this.#lost('rcpt', 'protocol', false);

    if (!pipelining) this.#wire.write('DATA\r\n');
    const data = await this.#wire.read();
    if (!data.ok) return this.#lost('data', data.loss, false);
    if (data.reply.code >= 400) return this.#refused('data', data.reply, 0);
    // Only 3yz invites the body. A 2yz here is somebody else's answer (a reply given twice), and a
    // reply that is already here can't be about a body that has not left.
    if (data.reply.code < 300 || this.#wire.unread > 0) return this.#lost('data', 'protocol', false);
    return this.#handOver(body);
  }

  async #handOver(body: EncodedMessage): Promise<DeliveryResult> {
    if (!this.#wire.open) return this.#lost('data', 'reset', false);
    this.#wire.writeAll(body.wire);
    const end = await this.#wire.read();
    if (!end.ok) return this.#lost(this.#wire.flushed ? 'after-body' : 'body', end.loss, true);
    const { reply, early } = end;
    if (reply.code >= 400) {
      // A relay may refuse before it has read all of it. The session is then in the middle of a body.
      if (early) this.#doubt();
      return this.#refused(early ? 'body' : 'after-body', reply, 0);
    }
    if (reply.code >= 300 || early) return this.#lost(early ? 'body' : 'after-body', 'protocol', true);
    return { kind: 'replied', stage: 'after-body', reply };
  }

  #parameters(envelope: WireEnvelope, body: EncodedMessage): string {
    const { offers } = this.#session;
    let parameters = '';
    if (offers.size) parameters += ` SIZE=${body.size}`;
    if (body.eightBit && offers.eightBitMime) parameters += ' BODY=8BITMIME';
    if (envelope.needsSmtpUtf8) parameters += ' SMTPUTF8';
    return parameters;
  }

  #lost(stage: LetterStage, loss: Loss, mayHaveGone: boolean): DeliveryResult {
    this.#doubt();
    return { kind: 'lost', stage, loss, mayHaveGone };
  }

  /** A refusal is answered at once; what is left to read for it (`outstanding` replies) is read in the background. */
  #refused(stage: LetterStage, reply: Reply, outstanding: number): DeliveryResult {
    // RFC 5321 section 3.8: after 421 the relay closes, and the other replies are not coming.
    if (reply.code === 421) this.#doubt();
    if (this.#wire.open) {
      this.#recovery = this.#recover(stage, outstanding).finally(() => {
        this.#recovery = null;
      });
    }
    return { kind: 'replied', stage, reply };
  }

  /** Reads the leftover replies and resets the session, so that the next letter starts clean. */
  async #recover(stage: LetterStage, outstanding: number): Promise<void> {
    const reset = async (): Promise<boolean> => {
      for (let left = outstanding; left > 0; left -= 1) {
        const read = await this.#wire.read();
        if (!read.ok || read.reply.code === 421) return false;
        const invited = left === 1 && read.reply.code >= 300 && read.reply.code < 400;
        // A relay that invites a body for a refused sender is not to be trusted with anything.
        if (invited && stage === 'mail') return false;
        if (invited) {
          // RFC 2920 section 3.1: a body that goes to nobody is ended empty.
          this.#wire.write('.\r\n');
          const empty = await this.#wire.read();
          if (!empty.ok || empty.reply.code === 421) return false;
        }
      }
      this.#wire.write('RSET\r\n');
      const done = await this.#wire.read();
      return done.ok && done.reply.code >= 200 && done.reply.code < 300;
    };
    if ((await this.#withinCourtesy(reset())) !== true) this.#doubt();
    else if (!this.#busy) this.#wire.beQuiet(true);
  }

  async #withinCourtesy<T>(work: Promise<T>): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), courtesyMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #doubt(): void {
    this.#doubtful = true;
    this.#wire.destroy();
  }
}
