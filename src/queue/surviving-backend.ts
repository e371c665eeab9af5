// BullMQ on Postgres, so that a dying server never ends this process. BullMQ listens to the errors of the client
// on which a worker waits (LISTEN) only after it has connected, and no more while it closes: the server's last word,
// in the packet that opens the connection, is then nobody's, and Node ends the process. Seen once in 30 kills of an
// embedded server (2026-11, bullmq 6.7.0, pg 8.23.1).
import { createPostgresBackend } from 'bullmq';

/** A client of the driver, as far as it matters here. */
interface Client {
  connect(): Promise<unknown>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): this;
  off(event: 'error', listener: (error: Error) => void): this;
  removeAllListeners(event?: string): this;
}
type ClientClass = new (config: object) => Client;
/** What BullMQ keeps of the driver to make that client with; not part of its interface, and there when it has made its own pool. */
interface Inside {
  readonly connection?: { pgModule?: { readonly Client: ClientClass } };
}

/** As BullMQ's own factory. */
export const createSurvivingBackend: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given);
  const { connection } = backend as unknown as Inside;
  if (connection?.pgModule !== undefined) connection.pgModule = { Client: surviving(connection.pgModule.Client) };
  return backend;
};

function ignore(): void {
  // Whoever waits on the client learns of it from its own statement.
}

/** A client with a listener from its birth to its end; one that dies as it opens has not been opened. */
function surviving(Original: ClientClass): ClientClass {
  return class extends Original {
    constructor(config: object) {
      super(config);
      this.on('error', ignore);
    }

    override async connect(): Promise<void> {
      let death: Error | null = null;
      const note = (error: Error): void => {
        death = error;
      };
      this.on('error', note);
      try {
        await super.connect();
      } finally {
        this.off('error', note);
      }
      if (death === null) return;
      // Otherwise BullMQ would keep it, and its worker would wait for ever for a word from the dead.
      await this.end().catch(ignore);
      throw death as Error;
    }

    override removeAllListeners(event?: string): this {
      super.removeAllListeners(event);
      return this.on('error', ignore);
    }
  };
}
