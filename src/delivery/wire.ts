// One socket, seen as replies to read and bytes to write. Promises: replies come out in the order
// they came in, then the loss; nothing is read as a reply after garbage; every read ends in time.
import type net from 'node:net';
import type { Loss, Reply } from '../domain/delivery-result.ts';
import { ReplyReader } from './reply-reader.ts';

export type WireRead =
  /** `early`: it came before everything written so far had left this process, so it can't answer that. */
  { readonly ok: true; readonly reply: Reply; readonly early: boolean } | { readonly ok: false; readonly loss: Loss };

/** Three commands go out together at most; whoever answers more of them than that is not answering. */
const mostUnread = 8;

export class Wire {
  #socket: net.Socket;
  #reader = new ReplyReader();
  #queue: WireRead[] = [];
  #waiter: ((read: WireRead) => void) | null = null;
  #loss: Loss | null = null;
  #unflushed = 0;
  #quiet = false;
  readonly #timer: NodeJS.Timeout;
  readonly #onData = (chunk: Buffer): void => this.#take(chunk);
  readonly #onEnd = (): void => this.#ended('reset');
  readonly #onFlushed = (): void => {
    this.#unflushed -= 1;
  };

  /** Takes over a connected socket. Each reply must be complete `replyTimeoutMs` after `read` was called. */
  constructor(socket: net.Socket, replyTimeoutMs: number) {
    this.#socket = socket;
    // One timer for the life of the connection, refreshed for each reply: creating four per letter
    // would cost more than the replies themselves. It keeps no process alive; the socket does.
    this.#timer = setTimeout(() => {
      if (this.#waiter !== null) this.#lose('timeout');
    }, replyTimeoutMs).unref();
    this.#attach(socket);
  }

  /** False once nothing more can come. Replies that came before may still be unread. */
  get open(): boolean {
    return this.#loss === null;
  }

  /** Replies that came and were not read. In an idle session there must be none. */
  get unread(): number {
    return this.#queue.length + (this.#reader.unfinished ? 1 : 0);
  }

  /** Between two letters nothing is to be said: while it is quiet, whatever the peer says ends it, and what is unread does at once. */
  beQuiet(quiet: boolean): void {
    this.#quiet = quiet;
    if (quiet && this.unread > 0) this.#lose('protocol');
  }

  /** True when all that was written has left this process. */
  get flushed(): boolean {
    return this.#unflushed === 0;
  }

  write(data: string | Buffer): void {
    if (this.#loss !== null) return;
    this.#unflushed += 1;
    this.#socket.write(data, this.#onFlushed);
  }

  /** Several pieces in one system call. */
  writeAll(pieces: readonly Buffer[]): void {
    this.#socket.cork();
    for (const piece of pieces) this.write(piece);
    this.#socket.uncork();
  }

  /** The next reply, or why there is none. One reader at a time. */
  read(): Promise<WireRead> {
    const next = this.#queue.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#loss !== null) return Promise.resolve({ ok: false, loss: this.#loss });
    if (this.#waiter !== null) throw new Error('the wire is already being read');
    this.#timer.refresh();
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** Gives the plain socket away for STARTTLS; null when the relay has already said more than it should (command injection, RFC 3207 section 6). */
  detach(): net.Socket | null {
    if (this.#loss !== null || this.unread > 0) return null;
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
    socket.pause();
    return socket;
  }

  /** Goes on over another socket (the TLS one). */
  attach(socket: net.Socket): void {
    this.#socket = socket;
    this.#reader = new ReplyReader();
    this.#attach(socket);
  }

  /** Ends it now. A pending read answers `reset`; what the relay has already said stays readable. */
  destroy(): void {
    this.#lose('reset');
  }

  #attach(socket: net.Socket): void {
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd);
    // Reasons are all the same here: the peer is gone. Node emits `close` after it.
    socket.on('error', this.#onEnd);
  }

  #take(chunk: Buffer): void {
    if (this.#loss !== null) return;
    const replies = this.#reader.push(chunk);
    // A line end that came late says nothing.
    if (this.#quiet && (replies.length > 0 || this.#reader.unfinished)) return this.#lose('protocol');
    for (const reply of replies) {
      if (reply === null || this.#queue.length >= mostUnread) return this.#lose('protocol');
      this.#give({ ok: true, reply, early: this.#unflushed > 0 });
    }
  }

  #ended(loss: Loss): void {
    if (this.#loss !== null) return;
    const refusal = this.#reader.refusalCutOff();
    if (refusal !== null) this.#give({ ok: true, reply: refusal, early: false });
    this.#lose(loss);
  }

  #give(read: WireRead): void {
    const waiter = this.#waiter;
    if (waiter === null) {
      this.#queue.push(read);
      return;
    }
    this.#waiter = null;
    waiter(read);
  }

  #lose(loss: Loss): void {
    if (this.#loss === null) {
      this.#loss = loss;
      clearTimeout(this.#timer);
      this.#socket.destroy();
    }
    if (this.#waiter !== null) this.#give({ ok: false, loss: this.#loss });
  }
}
