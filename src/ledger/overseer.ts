// The connection over which the others are looked at (answer-watch.ts): opened when one is suspect, closed when none is.
import pg from 'pg';
import type { Overseer } from './answer-watch.ts';

/** For the connection and for each question of its own. */
const withinMs = 2_000;

/** @param settings of the connections that are looked at */
export function createOverseer(settings: pg.ClientConfig): Overseer {
  let opening: Promise<pg.Client> | null = null;

  const openOne = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      ...settings,
      connectionTimeoutMillis: withinMs,
      query_timeout: withinMs,
      application_name: 'candor-overseer',
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const shut = (which: Promise<pg.Client> | null): void => {
    if (opening === which) opening = null;
    // Nobody waits for it: the server may not be there to say goodbye.
    void which?.then((client) => client.end()).catch(() => undefined);
  };
  const ask = async <Row extends pg.QueryResultRow>(text: string, pids: readonly number[]): Promise<Row[]> => {
    const mine = (opening ??= openOne());
    try {
      return (await (await mine).query<Row>(text, [pids])).rows;
    } catch (error) {
      shut(mine);
      // It has answered, if only that it has no room for one more: nobody is to be given up for that.
      if (error instanceof pg.DatabaseError) return [];
      throw error;
    }
  };

  return {
    async look(pids) {
      const rows = await ask<{ pid: number; working: boolean }>(lookText, pids);
      return new Map(rows.map(({ pid, working }) => [pid, working ? 'working' : 'idle'] as const));
    },
    async end(pids) {
      await ask(endText, pids);
    },
    rest: () => shut(opening),
  };
}

/**
 * A process that waits for its client has sent its answer, or has got no question. Where the server tracks no activities,
 * nobody can say who works: then all do.
 */
const working = `coalesce(state not like 'idle%' and wait_event_type is distinct from 'Client', true)`;
const mine = `pid = any($1::int[]) and usename = current_user`;
const lookText = `select pid, ${working} as working from pg_stat_activity where ${mine}`;
const endText = `select pg_terminate_backend(pid) from pg_stat_activity where ${mine} and not ${working}`;
