// candor serve and candor worker: processes that stay. The first stop signal ends them after what is on
// the wire; the second at once. No campaign is paused: others may work on it.
import type { Command } from 'commander';
import type { ServedUrls, StopSignals } from '../../campaigns/application.ts';
import { declare, type Run } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import type { OnStop, Session, SharedOptions } from '../session.ts';

const ended: Outcome = { exit: 0, json: null, text: () => [] };

export function addServe(program: Command, run: Run): void {
  declare(program, {
    name: 'serve',
    summary: 'console, API and a worker in one process',
    about:
      'Listens on HOST and PORT (default http://127.0.0.1:3000). While nobody has a password it prints a link that sets the first one; treat the link like a password. With --json the addresses are printed as one object once it listens.',
    examples: [
      ['candor serve', 'then open the printed link'],
      ['candor serve --new-password', 'when a password is lost'],
      ['PORT=8080 candor serve', 'on another port'],
    ],
  })
    .option('--new-password', 'print a link that sets a new password for an operator, or adds one')
    .action((options: SharedOptions & { newPassword?: boolean }) =>
      run(options, async (session) => {
        const application = await session.open('work');
        await untilStopped(session, (stops) =>
          application.serve({
            ...stops,
            newPassword: options.newPassword === true,
            onListening: (urls) => announce(session, urls),
          }),
        );
        return ended;
      }),
    );
}

export function addWorker(program: Command, run: Run): void {
  declare(program, {
    name: 'worker',
    summary: 'work on whatever is running',
    about:
      'Start as many as you like, on any machine that has DATABASE_URL, REDIS_URL, SMTP_URL and CANDOR_KEY. Ctrl-C or SIGTERM finishes what is on the wire and ends this process only.',
    examples: [['candor worker', 'one more pair of hands']],
  }).action((options: SharedOptions) =>
    run(options, async (session) => {
      const application = await session.open('work');
      session.say('Working on whatever is running. Ctrl-C ends this process; campaigns stay as they are.');
      await untilStopped(session, (stops) => application.workAll(stops));
      return ended;
    }),
  );
}

/** Works until the person, or the system, has it stop; a third signal does not wait for anything. */
async function untilStopped(session: Session, work: (stops: StopSignals) => Promise<void>): Promise<void> {
  const drain = new AbortController();
  const now = new AbortController();
  let force = (): void => {};
  const forced = new Promise<void>((resolve) => (force = resolve));
  const onStop: OnStop = (_signal, level) => {
    if (level === 3) force();
    else if (level === 2) now.abort();
    else {
      session.say('Stopping: what is on the wire is finished. Ctrl-C again gives everything back at once.');
      drain.abort();
    }
  };
  await session.takingStops(onStop, () => Promise.race([work({ signal: drain.signal, now: now.signal }), forced]));
}

function announce(session: Session, urls: ServedUrls): void {
  session.show([
    '',
    `  Console   ${urls.console}`,
    `  Sign in   ${urls.signIn}`,
    ...(urls.inbox === null ? [] : [`  Inbox     ${urls.inbox}`]),
    '',
    'Ctrl-C ends it.',
  ]);
  if (session.json) session.result(urls);
}
