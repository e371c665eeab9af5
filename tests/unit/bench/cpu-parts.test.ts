// Whose time a profile's sample is: a wrong owner would send somebody to mend the wrong folder.
import { expect, it } from 'vitest';
import { partsOf, type Profile } from '../../../bench/cpu-parts.ts';

const frame = (id: number, functionName: string, url: string, children: number[] = []): Profile['nodes'][number] => ({
  id,
  callFrame: { functionName, url },
  children,
});
const profile: Profile = {
  nodes: [
    frame(1, '(root)', '', [2, 3, 4, 7, 9, 11]),
    frame(2, '(idle)', ''),
    frame(3, '(garbage collector)', ''),
    frame(4, 'deliver', 'file:///x/src/delivery/connection.ts', [5]),
    frame(5, 'write', 'node:net', [6]),
    frame(6, 'writeBuffer', ''),
    frame(7, 'settleAttempts', 'file:///x/src/ledger/settling.ts', [8]),
    frame(8, 'seal', 'file:///x/src/ledger/keyring.ts', []),
    frame(9, 'query', 'file:///x/node_modules/pg/lib/client.js', [10]),
    frame(10, 'writev', ''),
    frame(11, 'onStreamRead', 'node:internal/stream_base_commons'),
  ],
  //         before the first letter │ sending                                │ after the last
  samples: [10, 3, /*          */ 4, 6, 2, 8, 7, 10, 11, 3, 4, /*           */ 10, 8],
  timeDeltas: [9000, 9000, 1000, 2000, 50_000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 9000],
};

it('counts each sample for the nearest caller that has an owner, between the first and the last letter', () => {
  expect(Object.fromEntries(partsOf(profile))).toEqual({
    render: 0,
    MIME: 0,
    SMTP: 11,
    queue: 0,
    ledger: 9,
    sealing: 3,
    dispatch: 0,
    'garbage collection': 7,
    'Node itself': 6,
  });
});

it('finds nothing where no letter went out', () => {
  expect([...partsOf({ ...profile, samples: [10, 3], timeDeltas: [1, 1] }).values()].every((ms) => ms === 0)).toBe(
    true,
  );
});
