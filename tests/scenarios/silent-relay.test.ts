// A relay that takes the connection and says nothing. Whoever stands at a terminal reads from the first second what is waited
// for, and every command stops when it should: Ctrl-C pauses the campaign, SIGTERM ends a process.
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { people } from '../support/people.ts';
import type { RunningProgram } from '../support/program.ts';
import { scenarioWorld } from '../support/world.ts';

const world = scenarioWorld();
const waiting = 'Waiting for the relay’s greeting';

test('send, resume, doctor, test letters and a worker say what they wait for, and stop', async () => {
  const relay = await world.relay({ script: [{ stage: 'greeting', do: 'silence' }] });
  const site = await world.site({ relay, settings: { SMTP_REPLY_TIMEOUT: '5m', LOG_LEVEL: 'info' } });
  const stopped = async (running: RunningProgram, signal: NodeJS.Signals): Promise<Record<string, unknown>> => {
    await eventually(() => running.stderr().includes(waiting), { timeoutMs: 30_000 });
    running.kill(signal);
    const { code, stdout } = await running.outcome;
    return { code, ...(stdout === '' ? {} : (JSON.parse(stdout) as object)) };
  };
  const sent = await stopped(site.startSend(world.file(people(3))), 'SIGINT');
  expect(sent).toMatchObject({ code: 4, state: 'paused', states: { pending: 3 } });
  const campaign = String(sent['campaign']);
  expect(await stopped(site.start('resume', campaign), 'SIGTERM')).toMatchObject({ code: 4, state: 'running' });

  const folder = `${world.folder}/preview`;
  const ended = await Promise.all([
    stopped(site.start('doctor'), 'SIGINT'),
    stopped(site.start('preview', 'templates/mixpanel-2025-11', '--out', folder, '--to', 'jane@example.com'), 'SIGINT'),
    site.worker().then((running) => stopped(running, 'SIGTERM')),
  ]);
  expect(ended).toMatchObject([{ error: { code: 'interrupted' } }, { error: { code: 'interrupted' } }, { code: 0 }]);
  expect(relay.record.mailFromsMs).toEqual([]);
});
