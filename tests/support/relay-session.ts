// One connection to the scripted relay: real sockets, SMTP as a relay speaks it, and the script's mischief.
import type net from 'node:net';
import tls from 'node:tls';
import { testCertificateKey } from './relay-certificates.ts';
import type { RelayOptions } from './relay.ts';
import type { RelayRecord } from './relay-record.ts';
import type { RelayStage, Step } from './relay-script.ts';

/** What a session needs to know of its relay. */
export interface SessionContext {
  readonly options: RelayOptions;
  readonly record: RelayRecord;
  step(stage: RelayStage, to: string | null, connection: number, letter: number): Step | null;
  /** True when one more MAIL FROM fits into this second. */
  rateAllows(): boolean;
}

const lineEnd = Buffer.from('\r\n');
const endOfData = Buffer.from('\r\n.\r\n');

function secured(socket: net.Socket, certificate = ''): tls.TLSSocket {
  return new tls.TLSSocket(socket, { isServer: true, key: testCertificateKey, cert: certificate });
}

export class RelaySession {
  #socket: net.Socket;
  readonly #context: SessionContext;
  readonly #number: number;
  #input: Buffer = Buffer.alloc(0);
  #mode: 'line' | 'body' | 'held' = 'line';
  #encrypted: boolean;
  #authenticated = false;
  #login: string[] | null = null;
  #from: string | null = null;
  #to: string | null = null;
  #announced = false;
  #body: Buffer[] = [];
  #bodyLength = 0;
  /** Bodies that were read to their end. */
  #letters = 0;
  /** The last octets before `#input`; a body begins as if after a line end. */
  #tail: Buffer = lineEnd;
  /** The TCP socket: RST can't be sent through TLS. */
  readonly #raw: net.Socket;

  constructor(socket: net.Socket, context: SessionContext, number: number) {
    this.#raw = socket;
    this.#encrypted = context.options.tls === 'implicit';
    this.#socket = this.#encrypted ? secured(socket, context.options.certificate) : socket;
    this.#context = context;
    this.#number = number;
  }

  /** Begins the conversation. */
  greet(): void {
    this.#attach(this.#socket);
    this.#perform('greeting', this.#context.options.banner ?? '220 relay.example ESMTP');
  }

  #attach(socket: net.Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
      this.#pump();
    });
  }

  #pump(): void {
    for (;;) {
      if (this.#mode === 'held' || this.#socket.destroyed) return;
      if (this.#mode === 'body') {
        if (!this.#takeBody()) return;
        continue;
      }
      const end = this.#input.indexOf('\n');
      if (end === -1) return;
      const line = this.#input.subarray(0, end).toString('utf8').replace(/\r$/, '');
      this.#input = this.#input.subarray(end + 1);
      this.#take(line);
    }
  }

  #take(line: string): void {
    this.#context.record.command(line);
    if (this.#login !== null) return this.#takeLogin(line);
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#perform('ehlo', verb === 'HELO' ? '250 relay.example' : this.#offers());
      case 'STAR':
        return this.#perform('starttls', '220 2.0.0 go ahead', () => this.#upgrade());
      case 'AUTH':
        return this.#authenticate(line);
      case 'MAIL':
        return this.#takeMail(line);
      case 'RCPT': {
        const to = /<(.*)>/.exec(line)?.[1] ?? '';
        return this.#perform(
          'rcpt',
          this.#from === null ? '503 5.5.1 need MAIL command' : '250 2.1.5 ok',
          () => (this.#to = to),
          to,
        );
      }
      case 'DATA':
        return this.#perform(
          'data',
          this.#to === null ? '554 5.5.1 no valid recipients' : '354 go on',
          () => undefined,
          this.#to,
        );
      case 'RSET':
        return this.#perform('rset', '250 2.0.0 reset', () => this.#reset());
      case 'QUIT':
        return this.#perform('quit', '221 2.0.0 bye', () => this.#socket.end());
      case 'NOOP':
        return this.#write('250 2.0.0 ok');
      default:
        return this.#write('500 5.5.2 what?');
    }
  }

  #takeMail(line: string): void {
    const { options, record } = this.#context;
    record.mailFrom(this.#number);
    const from = /<(.*?)>/.exec(line)?.[1] ?? '';
    const size = Number(/ SIZE=(\d+)/i.exec(line)?.[1] ?? 0);
    let usual = '250 2.1.0 ok';
    if (options.credentials !== undefined && !this.#authenticated) usual = '530 5.7.0 Authentication required';
    else if (this.#from !== null) usual = '503 5.5.1 nested MAIL command';
    else if (options.sizeLimit !== undefined && size > options.sizeLimit)
      usual = '552 5.3.4 Message size exceeds fixed limit';
    else if (!this.#context.rateAllows()) usual = '454 4.7.0 Too many messages, slow down';
    this.#perform('mail', usual, () => (this.#from = from));
  }

  #takeBody(): boolean {
    const { record } = this.#context;
    if (this.#input.length === 0) return false;
    if (!this.#announced) {
      this.#announced = true;
      record.begun += 1;
      const step = this.#context.step('body', this.#to, this.#number, this.#letters + 1);
      if (step !== null) {
        if (step.do === 'delay') this.#later(step.delayMs ?? 0, () => undefined);
        else this.#act(step, '451 4.3.0 enough', () => undefined);
        if (this.#held || this.#socket.destroyed) return false;
      }
    }
    const { recording } = record;
    const window = Buffer.concat([this.#tail, this.#input]);
    const end = window.indexOf(endOfData);
    this.#body.push(this.#input);
    if (end === -1) {
      this.#bodyLength += this.#input.length;
      this.#tail = window.subarray(-4);
      this.#input = Buffer.alloc(0);
      if (recording === 'count') this.#body = [];
      return false;
    }
    const before = this.#tail.length;
    const body =
      recording === 'count' ? this.#input : Buffer.concat(this.#body).subarray(0, this.#bodyLength + end + 2 - before);
    this.#input = this.#input.subarray(end + endOfData.length - before);
    this.#mode = 'line';
    this.#announced = false;
    this.#body = [];
    this.#bodyLength = 0;
    this.#tail = lineEnd;
    const [from, to, connection] = [this.#from ?? '', this.#to, this.#number];
    this.#reset();
    if (to === null) {
      this.#write('554 5.5.1 no valid recipients');
      return true;
    }
    record.read(to);
    this.#letters += 1;
    this.#perform(
      'after-body',
      '250 2.0.0 Ok: queued as 4F2A9C01D3',
      () => record.accept(connection, from, to, body),
      to,
    );
    return true;
  }

  /** Does what the script says for this stage, or the usual. `effect` runs when a 2yz is (about to be) answered. */
  #perform(
    stage: RelayStage,
    usual: string,
    effect: () => unknown = () => undefined,
    to: string | null = this.#to,
  ): void {
    const step = this.#context.step(
      stage,
      to,
      this.#number,
      Math.max(1, this.#letters + (stage === 'after-body' ? 0 : 1)),
    );
    if (step === null) return this.#say(usual, effect);
    this.#act(
      { ...step, ...(step.reply === undefined ? {} : { reply: step.reply.replaceAll('{to}', to ?? '') }) },
      usual,
      effect,
    );
  }

  #act(step: Step, usual: string, effect: () => unknown): void {
    const answer = step.reply ?? usual;
    switch (step.do) {
      case 'reply':
        return this.#say(answer, effect, step.split);
      case 'reply-then-drop':
        this.#say(answer, effect);
        this.#socket.end();
        this.#mode = 'held';
        return;
      case 'reply-then-reset':
        this.#mode = 'held';
        if (answer.startsWith('2')) effect();
        this.#socket.write(`${answer.replaceAll('\n', '\r\n')}\r\n`, () => this.#raw.resetAndDestroy());
        return;
      case 'drop':
        this.#mode = 'held';
        this.#socket.destroySoon();
        return;
      case 'reset':
        this.#mode = 'held';
        this.#raw.resetAndDestroy();
        return;
      case 'silence':
        this.#mode = 'held';
        return;
      case 'delay':
        return this.#later(step.delayMs ?? 0, () => this.#say(answer, effect));
      case 'raw':
        if (answer.startsWith('2')) effect();
        if (answer.startsWith('354')) this.#mode = 'body';
        this.#socket.write(answer);
        return;
      default:
        step.do satisfies never;
    }
  }

  get #held(): boolean {
    return this.#mode === 'held';
  }

  #later(delayMs: number, run: () => void): void {
    const mode = this.#mode;
    this.#mode = 'held';
    setTimeout(() => {
      this.#mode = mode;
      run();
      this.#pump();
    }, delayMs);
  }

  #say(answer: string, effect: () => unknown, split = false): void {
    const code = answer.slice(0, 1);
    if (code === '2') effect();
    if (answer.startsWith('354')) this.#mode = 'body';
    if (split) return this.#drip(`${answer.replaceAll('\n', '\r\n')}\r\n`);
    this.#write(answer);
    // RFC 5321 section 3.8.
    if (answer.startsWith('421')) this.#socket.end();
  }

  #drip(text: string): void {
    const mode = this.#mode;
    this.#mode = 'held';
    const octets = Buffer.from(text);
    let at = 0;
    const next = (): void => {
      // Nobody listens any more: a reply of a megabyte is not counted to its end.
      if (this.#socket.destroyed) return;
      if (at === octets.length) {
        this.#mode = mode;
        return this.#pump();
      }
      this.#socket.write(octets.subarray(at, (at += 1)), () => setImmediate(next));
    };
    next();
  }

  #write(answer: string): void {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(`${answer.replaceAll('\n', '\r\n')}\r\n`);
  }

  #reset(): void {
    this.#from = null;
    this.#to = null;
  }

  #offers(): string {
    const { options } = this.#context;
    const lines = [
      'relay.example',
      ...(options.pipelining === false ? [] : ['PIPELINING']),
      '8BITMIME',
      'ENHANCEDSTATUSCODES',
    ];
    lines.push(options.sizeLimit === undefined ? 'SIZE' : `SIZE ${options.sizeLimit}`);
    if (options.smtpUtf8 === true) lines.push('SMTPUTF8');
    if (options.tls === 'starttls' && !this.#encrypted) lines.push('STARTTLS');
    if (options.credentials !== undefined && (options.tls !== 'starttls' || this.#encrypted))
      lines.push(`AUTH ${(options.mechanisms ?? ['PLAIN', 'LOGIN']).join(' ')}`);
    return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\n');
  }

  #upgrade(): void {
    // The 220 goes out first; the handshake begins with what the client sends next.
    setImmediate(() => {
      this.#socket.removeAllListeners('data');
      this.#input = Buffer.alloc(0);
      this.#socket = secured(this.#socket, this.#context.options.certificate);
      this.#encrypted = true;
      this.#reset();
      this.#attach(this.#socket);
    });
  }

  #authenticate(line: string): void {
    const [, mechanism, initial] = line.split(' ');
    const refusal = this.#context.options.refusedMechanisms?.[mechanism?.toUpperCase() ?? ''];
    if (refusal !== undefined) return this.#write(refusal);
    this.#login = [mechanism?.toUpperCase() ?? ''];
    if (initial !== undefined) return this.#takeLogin(initial);
    this.#write(mechanism?.toUpperCase() === 'LOGIN' ? '334 VXNlcm5hbWU6' : '334 ');
  }

  #takeLogin(answer: string): void {
    const login = [...(this.#login ?? []), Buffer.from(answer, 'base64').toString('utf8')];
    this.#login = login;
    if (login[0] === 'LOGIN' && login.length < 3) return this.#write('334 UGFzc3dvcmQ6');
    this.#login = null;
    const [user, password] = login[0] === 'LOGIN' ? login.slice(1) : (login[1] ?? '').split('\0').slice(1);
    const { credentials } = this.#context.options;
    const right = credentials !== undefined && user === credentials.user && password === credentials.password;
    this.#perform(
      'auth',
      right ? '235 2.7.0 welcome' : '535 5.7.8 Authentication credentials invalid',
      () => (this.#authenticated = true),
    );
  }
}
