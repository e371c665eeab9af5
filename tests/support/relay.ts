// The scripted relay: an SMTP server on a loopback socket that behaves, or misbehaves exactly as told
// (`{ stage: 'after-body', do: 'drop' }`), and records what it saw. It runs in the process of the test.
import net from 'node:net';
import { localhostCertificate } from './relay-certificates.ts';
import { RelayRecord, type Recording } from './relay-record.ts';
import { Script, seededRandom, type RelayStage, type Step } from './relay-script.ts';
import { RelaySession, type SessionContext } from './relay-session.ts';

export interface RelayOptions {
  readonly script?: readonly Step[];
  /** Default `full`. `count` takes thousands of letters per second. */
  readonly record?: Recording;
  /** Default: a free port. */
  readonly port?: number;
  readonly pipelining?: boolean;
  readonly smtpUtf8?: boolean;
  readonly sizeLimit?: number;
  /** Default: no TLS. */
  readonly tls?: 'starttls' | 'implicit';
  /** Default: one for localhost, from `testAuthority`. */
  readonly certificate?: string;
  /** With these, MAIL needs AUTH. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** What is answered to these mechanisms instead of a look at the login. */
  readonly refusedMechanisms?: Readonly<Record<string, string>>;
  readonly mechanisms?: readonly string[];
  /** One more is answered with 421 and closed. */
  readonly maxConnections?: number;
  /** MAIL FROM above this in any second is answered with 454 4.7.0. */
  readonly ratePerSecond?: number;
  readonly banner?: string;
  readonly seed?: number;
}

export interface TestRelay {
  readonly host: string;
  readonly port: number;
  /** `smtp://127.0.0.1:port`, with the credentials if there are any. */
  readonly url: string;
  readonly record: RelayRecord;
  /** From now on; the counters and the clock of the script start again. */
  setScript(steps: readonly Step[]): void;
  /** Ends every connection (with RST) and stops listening: connecting is refused. The record stays. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
  /** Ends every connection, keeps listening. */
  dropConnections(): void;
}

/** Starts one; call `stop` at the end of the test. */
export async function startRelay(options: RelayOptions = {}): Promise<TestRelay> {
  const relay = new ScriptedRelay(options);
  await relay.start();
  return relay;
}

class ScriptedRelay implements TestRelay, SessionContext {
  readonly host = '127.0.0.1';
  readonly options: RelayOptions;
  readonly record: RelayRecord;
  readonly #random: () => number;
  readonly #sockets = new Set<net.Socket>();
  #recent: number[] = [];
  #script: Script;
  #sinceMs = performance.now();
  #server: net.Server | null = null;
  #port: number;

  constructor(options: RelayOptions) {
    this.options = { certificate: localhostCertificate, ...options };
    this.record = new RelayRecord(options.record ?? 'full');
    this.#random = seededRandom(options.seed ?? 1);
    this.#script = new Script(options.script ?? [], this.#random);
    this.#port = options.port ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    const { credentials, tls: mode } = this.options;
    const login =
      credentials === undefined
        ? ''
        : `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`;
    return `smtp${mode === 'implicit' ? 's' : ''}://${login}${this.host}:${this.port}`;
  }

  setScript(steps: readonly Step[]): void {
    this.#script = new Script(steps, this.#random);
    this.#sinceMs = performance.now();
  }

  async start(): Promise<void> {
    const server = net.createServer({ noDelay: true }, (socket) => this.#take(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, this.host, resolve);
    });
    this.#port = (server.address() as net.AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    this.dropConnections();
    await closed;
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  step(stage: RelayStage, to: string | null, connection: number, letter: number): Step | null {
    return this.#script.next({ stage, to, connection, letter, sinceMs: performance.now() - this.#sinceMs });
  }

  rateAllows(): boolean {
    const limit = this.options.ratePerSecond;
    if (limit === undefined) return true;
    const now = performance.now();
    this.#recent = this.#recent.filter((time) => now - time < 1000);
    if (this.#recent.length >= limit) return false;
    this.#recent.push(now);
    return true;
  }

  #take(socket: net.Socket): void {
    const number = this.record.connected();
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.record.openConnections -= 1;
    });
    const { maxConnections } = this.options;
    if (maxConnections !== undefined && this.record.openConnections > maxConnections) {
      socket.end('421 4.7.0 relay.example too many connections from you\r\n');
      return;
    }
    const step = this.step('connect', null, number, 1);
    if (step === null) new RelaySession(socket, this, number).greet();
    else if (step.do === 'reply' || step.do === 'reply-then-drop')
      socket.end(`${step.reply ?? '421 4.3.2 not now'}\r\n`);
    else if (step.do === 'reset') socket.resetAndDestroy();
    else if (step.do !== 'silence') socket.destroy();
  }
}
