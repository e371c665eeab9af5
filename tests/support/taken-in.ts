// How long a relay takes for a whole campaign at some rate, when all is as it should be.
import { expect } from 'vitest';
import { notExactlyOnce, people } from './people.ts';
import type { TestRelay } from './relay.ts';
import type { World } from './world.ts';

/** Tells so many people at this rate a second; milliseconds from the first MAIL FROM to the last. Each is told once, and nobody is charged for the relay's trouble. */
export async function takenIn(world: World, relay: TestRelay, count: number, perSecond: number): Promise<number> {
  const everyone = people(count);
  const site = await world.site({ relay, settings: { RATE_PER_SECOND: String(perSecond) } });
  const ended = await site.send(world.file(everyone));
  expect(ended.summary).toMatchObject({ state: 'finished', maybeAccepted: 0, states: { accepted: count } });
  expect(notExactlyOnce(relay, everyone)).toEqual([]);
  const { rows } = await site.ledger().query<{ count: number }>({
    text: `select count(*)::int as count from candor.attempt where charged and outcome <> 'accepted'`,
  });
  expect(rows[0]?.count).toBe(0);
  return relay.record.mailFromsMs.at(-1)! - relay.record.mailFromsMs[0]!;
}
