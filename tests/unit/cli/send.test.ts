// The main job at the command line: what is asked, in which order, what is stored and when, and how
// Ctrl-C, a second one and SIGTERM end it.
import { describe, expect, it } from 'vitest';
import type { Application, CreateRequest, LaunchPlan } from '../../../src/campaigns/application.ts';
import { summaryForScripts } from '../../../src/cli/for-scripts.ts';
import { CandorError } from '../../../src/domain/errors.ts';
import type { CampaignSummary } from '../../../src/domain/summary.ts';
import { commandLine, reportOf, summaryOf, type RunOptions } from './scripted-application.ts';

const kit = 'templates/mixpanel-2025-11';
const args = ['send', 'recipients.csv', '--kit', kit];

function planOf(given: Partial<LaunchPlan> = {}): LaunchPlan {
  return {
    report: reportOf(),
    kit: { path: '/srv/kits/mixpanel-2025-11', id: 'mixpanel-2025-11', digest: 'd'.repeat(64) },
    except: null,
    rehearsal: true,
    relay: 'inbox',
    from: 'notices@example.org',
    ratePerSecond: null,
    missingCategories: [],
    first: null,
    startAt: null,
    ...given,
  };
}

/** Methods for a campaign that ends as given, and what they were asked. */
function campaignThatEnds(summary: CampaignSummary, plan = planOf()) {
  const calls: string[] = [];
  const created: CreateRequest[] = [];
  const methods: Partial<Application> = {
    plan: async () => {
      calls.push('plan');
      return plan;
    },
    create: async (request) => {
      calls.push('create');
      created.push(request);
      return summary.campaign;
    },
    work: async (_campaign, { onProgress }) => {
      calls.push('work');
      onProgress(summaryOf({ state: 'running', states: { pending: 500 }, etaSeconds: 3 }));
      return summary;
    },
    status: async () => summary,
    kits: async () => [{ path: kit, title: 'Mixpanel, November 2025' }],
  };
  return { calls, created, methods };
}

/** A person who answers each question that contains the words. */
function answering(answers: Readonly<Record<string, string>>): RunOptions {
  const asked = new Set<string>();
  return {
    terminal: 80,
    onStderr: (chunk, hands) => {
      for (const [words, answer] of Object.entries(answers)) {
        if (chunk.includes(words) && !asked.has(words)) {
          asked.add(words);
          hands.type(`${answer}\r`);
        }
      }
    },
  };
}

describe('before anything is stored', () => {
  it('names the kits when none is given', async () => {
    const { methods, calls } = campaignThatEnds(summaryOf());
    const ran = await commandLine(methods).run('send', 'recipients.csv', '--yes', '--json');
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain(kit);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'kit-required' } });
    expect([calls, ran.opened.map((each) => each.needs)]).toEqual([[], ['none']]);
  });

  it('needs a terminal or --yes', async () => {
    const ran = await commandLine(campaignThatEnds(summaryOf()).methods).run(...args, '--expect', '20000', '--json');
    expect(ran.exit).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'confirmation-required' } });
    expect(ran.opened).toEqual([]);
  });

  it('shows the plan and launches when the number is typed', async () => {
    const { methods, calls, created } = campaignThatEnds(summaryOf());
    const ran = await commandLine(methods, answering({ 'type the number': '20,000' })).run(
      ...args,
      '--rate',
      '50',
      '--first',
      '10',
      '--at',
      'in 2h',
      '--except',
      'c-old',
      '--except',
      'c-older',
      '--again',
      '--audience',
      'affected',
    );
    expect(ran.exit).toBe(0);
    expect(calls).toEqual(['plan', 'create', 'work']);
    expect(created).toEqual([
      {
        path: 'recipients.csv',
        kit,
        again: true,
        audience: 'affected',
        except: ['c-old', 'c-older'],
        ratePerSecond: 50,
        first: 10,
        start: { inMs: 7_200_000 },
        actor: 'ana',
        confirmation: {
          kind: 'attended',
          notices: 20_000,
          sha256: 'ab'.repeat(32),
          kitDigest: 'd'.repeat(64),
          locales: reportOf().locales,
        },
      },
    ]);
    expect(ran.stdout).toContain('20,000 notices: everyone is accounted for');
  });

  it.each([
    ['another number', '19999', {}],
    ['the number of a word', 'yes', {}],
    ['Enter', '', {}],
  ])('stores nothing when the person types %s', async (_, typed) => {
    const { methods, calls } = campaignThatEnds(summaryOf());
    const options: RunOptions = {
      terminal: 80,
      onStderr: (chunk, hands) => /type the number|That is not/.test(chunk) && hands.type(`${typed}\r`),
    };
    const ran = await commandLine(methods, options).run(...args, '--json');
    expect(ran.exit).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'not-confirmed' } });
    expect(calls).toEqual(['plan']);
  });

  it('stores nothing when the person presses Ctrl-C at the question', async () => {
    const { methods, calls } = campaignThatEnds(summaryOf());
    const ran = await commandLine(methods, answering({ 'type the number': '\u0003' })).run(...args);
    expect(ran.exit).toBe(2);
    expect(calls).toEqual(['plan']);
  });

  it('has left-out rows and missing columns acknowledged one by one', async () => {
    const plan = planOf({ report: reportOf({ invalid: 3 }), missingCategories: ['city', 'region'] });
    const yes = { 'Leave out the 3 invalid rows': 'yes', 'not exposed?': 'y', 'type the number': '20000' };
    const first = campaignThatEnds(summaryOf({ invalid: 3 }), plan);
    expect((await commandLine(first.methods, answering(yes)).run(...args)).exit).toBe(3);
    for (const no of ['Leave out the 3 invalid rows', 'not exposed?']) {
      const { methods, calls } = campaignThatEnds(summaryOf(), plan);
      expect((await commandLine(methods, answering({ ...yes, [no]: 'no' })).run(...args)).exit).toBe(2);
      expect(calls).toEqual(['plan']);
    }
  });

  it.each([
    ['expect-mismatch', ['--expect', '19000'], planOf()],
    [
      'nothing-to-tell',
      [],
      planOf({ report: reportOf({ notices: 0, invalid: 4, audiences: { affected: 0, unaffected: 0 } }) }),
    ],
  ])('ends with %s before it asks', async (code, more, plan) => {
    const { methods, calls } = campaignThatEnds(summaryOf(), plan);
    const ran = await commandLine(methods, { terminal: 80 }).run(...args, ...more, '--json');
    expect(ran.exit).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code } });
    expect(calls).toEqual(['plan']);
  });
});

describe('with --yes', () => {
  it('reads the file once, prints one JSON object, and says what was expected', async () => {
    const summary = summaryOf();
    const { methods, calls, created } = campaignThatEnds(summary);
    const ran = await commandLine(methods).run(...args, '--yes', '--expect', '20000', '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual(summaryForScripts(summary));
    expect(calls).toEqual(['create', 'work']);
    expect(created[0]?.confirmation).toEqual({ kind: 'unattended', expect: 20_000 });
    expect(ran.opened.map((each) => each.needs)).toEqual(['work']);
    expect(ran.closed).toBe(1);
  });

  it.each([
    ['all accepted', summaryOf(), 0],
    ['an invalid row', summaryOf({ invalid: 1 }), 3],
    ['a refused notice', summaryOf({ states: { refused: 1 } }), 3],
    ['a suppressed notice', summaryOf({ states: { suppressed: 1 } }), 3],
    ['an unconfirmed notice', summaryOf({ states: { unconfirmed: 1 } }), 3],
    [
      'held',
      summaryOf({ state: 'held', reason: { code: 'relay-auth', help: 'Correct it.' }, states: { pending: 9 } }),
      4,
    ],
    ['paused', summaryOf({ state: 'paused', states: { pending: 9 } }), 4],
    ['cancelled', summaryOf({ state: 'cancelled', states: { cancelled: 9 } }), 4],
  ])('%s: exit code and summary agree', async (_, summary, exit) => {
    const ran = await commandLine(campaignThatEnds(summary).methods).run(...args, '--yes', '--json');
    expect(ran.exit).toBe(exit);
    expect(JSON.parse(ran.stdout)).toEqual(summaryForScripts(summary));
  });

  it('says why it is held and what to do next', async () => {
    const held = summaryOf({
      state: 'held',
      reason: { code: 'relay-auth', help: 'Correct the password.' },
      states: { pending: 9 },
    });
    const ran = await commandLine(campaignThatEnds(held).methods).run(...args, '--yes');
    expect(ran.stdout).toContain('relay-auth');
    expect(ran.stdout).toContain('Correct the password.');
    expect(ran.stdout).toContain('candor resume c-7f3k');
  });

  it('leaves after the launch with --detach', async () => {
    const running = summaryOf({ state: 'running', states: { pending: 20_000 } });
    const { methods, calls } = campaignThatEnds(running);
    const ran = await commandLine(methods).run(...args, '--yes', '--detach', '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual(summaryForScripts(running));
    expect(calls).toEqual(['create']);
  });

  it('names the campaign when the work ends with an error', async () => {
    const { methods } = campaignThatEnds(summaryOf());
    const ran = await commandLine({
      ...methods,
      work: () => Promise.reject(new CandorError('ledger-unreachable')),
    }).run(...args, '--yes', '--json');
    expect(ran.exit).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'ledger-unreachable' }, campaign: 'c-7f3k' });
  });

  it('writes plain lines to a log, with the warnings of the program between them', async () => {
    const { methods } = campaignThatEnds(summaryOf());
    const ran = await commandLine(methods).run(...args, '--yes');
    expect(ran.stderr).toContain('c-7f3k running: 19,500 of 20,000 settled');
    expect(ran.stderr).not.toContain('\u001B');
  });

  it('never calls an accepted notice sent or delivered', async () => {
    const every = summaryOf({
      states: {
        refused: 1,
        failed: 1,
        unconfirmed: 1,
        suppressed: 1,
        cancelled: 1,
        deferred: 1,
        pending: 1,
        queued: 1,
        sending: 1,
      },
      maybeAccepted: 1,
    });
    const ran = await commandLine(campaignThatEnds(every).methods).run(...args, '--yes');
    expect(ran.stdout + ran.stderr).not.toMatch(/\b(sent|delivered)\b/i);
  });
});

describe('stop signals', () => {
  /** Work that goes on until it is told to stop, as the application does it. */
  function longWork(options: { pauseFails?: boolean; deaf?: boolean; state?: CampaignSummary['state'] } = {}) {
    const log: string[] = [];
    let state: CampaignSummary['state'] = options.state ?? 'running';
    let leave: () => void = () => {};
    const left = new Promise<void>((resolve) => (leave = resolve));
    const now = (): CampaignSummary => summaryOf({ state, states: { pending: 9000 } });
    const methods: Partial<Application> = {
      create: async () => 'c-7f3k',
      work: async (_campaign, { signal, now: atOnce, onProgress }) => {
        signal.addEventListener('abort', () => {
          log.push('drain');
          if (options.deaf !== true) leave();
        });
        atOnce?.addEventListener('abort', () => {
          log.push('now');
          if (options.deaf !== true) leave();
        });
        onProgress(now());
        await left;
        return now();
      },
      pause: async () => {
        log.push('pause');
        if (options.pauseFails === true) throw new CandorError('ledger-unreachable');
        if (options.deaf === true) await left;
        state = 'paused';
        return { summary: now(), onTheWire: 2 };
      },
      status: async () => now(),
    };
    return { log, methods };
  }

  /** Presses each signal when the words of the line before have been seen. */
  function pressing(
    ...presses: readonly (readonly [words: string, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'])[]
  ): RunOptions {
    const left = [...presses];
    return {
      onStderr: (chunk, hands) => {
        const [next] = left;
        if (next === undefined || !chunk.includes(next[0])) return;
        left.shift();
        setImmediate(() => hands.press(next[1]));
      },
    };
  }

  it('pauses at Ctrl-C, drains, and says how to go on', async () => {
    const { log, methods } = longWork();
    const ran = await commandLine(methods, pressing(['settled', 'SIGINT'])).run(...args, '--yes', '--json');
    expect(ran.exit).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({ state: 'paused' });
    expect(log).toEqual(['pause', 'drain']);
    expect(ran.stderr).toContain('2 letters on the wire');
    expect(ran.closed).toBe(1);
  });

  it('gives back at once at the second Ctrl-C', async () => {
    const { log, methods } = longWork({ deaf: true });
    const ran = await commandLine(
      methods,
      pressing(['settled', 'SIGINT'], ['Pausing', 'SIGINT'], ['Giving everything back', 'SIGINT']),
    ).run(...args, '--yes', '--json');
    expect(log).toEqual(['pause', 'drain', 'now']);
    // The third one does not wait for a program that does not listen.
    expect(ran.exit).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({ state: 'running' });
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('%s stops this process and leaves the campaign running', async (signal) => {
    const { log, methods } = longWork();
    const ran = await commandLine(methods, pressing(['settled', signal])).run(...args, '--yes');
    expect(ran.exit).toBe(4);
    expect(log).toEqual(['drain']);
    expect(ran.stdout).toContain('RUNNING');
    expect(ran.stdout).toContain('candor resume c-7f3k');
  });

  it('stops this process when the campaign cannot be paused', async () => {
    const { log, methods } = longWork({ pauseFails: true });
    const ran = await commandLine(methods, pressing(['settled', 'SIGINT'])).run(...args, '--yes');
    expect(ran.exit).toBe(4);
    expect(log).toEqual(['pause', 'drain']);
    expect(ran.stderr).toContain('ledger-unreachable');
  });

  it('does not pause a campaign that waits for its start time', async () => {
    const { log, methods } = longWork({ state: 'ready' });
    const ran = await commandLine(methods, pressing(['ready', 'SIGINT'])).run(...args, '--yes', '--at', 'in 1h');
    expect(ran.exit).toBe(4);
    expect(log).toEqual(['drain']);
    expect(ran.stdout).toContain('candor cancel c-7f3k');
  });

  it('ends an import at the first Ctrl-C and still closes', async () => {
    const cli = commandLine({ create: () => new Promise(() => {}) }, pressing(['Importing', 'SIGINT']));
    const ran = await cli.run(...args, '--yes', '--json');
    expect(ran.exit).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'interrupted' } });
    expect(ran.opened[0]?.signal.aborted).toBe(true);
    expect(ran.closed).toBe(1);
  });

  it('does not wait for a program that cannot close after another Ctrl-C', async () => {
    const cli = commandLine(
      { create: () => new Promise(() => {}), close: () => new Promise(() => {}) },
      pressing(['Importing', 'SIGINT'], ['interrupted', 'SIGINT']),
    );
    expect((await cli.run(...args, '--yes')).exit).toBe(4);
  });

  it('ends a worker in order with 0', async () => {
    const workAll: Application['workAll'] = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    const ran = await commandLine({ workAll }, pressing(['Working', 'SIGTERM'])).run('worker');
    expect(ran).toMatchObject({ exit: 0, closed: 1 });
  });

  it('serves until it is stopped and says where', async () => {
    const serve: Application['serve'] = ({ signal, onListening }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve());
        onListening({ console: 'http://127.0.0.1:3000', signIn: 'http://127.0.0.1:3000/sign-in?t=x', inbox: null });
      });
    const ran = await commandLine({ serve }, pressing(['Console', 'SIGINT'])).run('serve', '--json');
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ console: 'http://127.0.0.1:3000', inbox: null });
    expect(ran.stderr).toContain('/sign-in?t=x');
  });
});

describe('resume and resend', () => {
  it('resume works in the foreground, or leaves that to others', async () => {
    const calls: string[] = [];
    const methods: Partial<Application> = {
      resume: async () => {
        calls.push('resume');
        return summaryOf({ state: 'running', states: { pending: 3 } });
      },
      work: async () => {
        calls.push('work');
        return summaryOf();
      },
    };
    expect((await commandLine(methods).run('resume', 'c-7f3k')).exit).toBe(0);
    const detached = await commandLine(methods).run('resume', 'c-7f3k', '--detach');
    expect([detached.exit, detached.opened[0]?.needs]).toEqual([0, 'ledger']);
    expect(calls).toEqual(['resume', 'work', 'resume']);
  });

  function resending(total: number) {
    const requests: unknown[] = [];
    const calls: string[] = [];
    const methods: Partial<Application> = {
      resend: async (request) => {
        requests.push(request);
        return { total, states: { refused: total }, maybeAccepted: 0 };
      },
      status: async () => summaryOf({ states: { refused: 30 } }),
      work: async () => {
        calls.push('work');
        return summaryOf({ states: { refused: 2 } });
      },
    };
    return { requests, calls, methods };
  }

  it('re-sends what can be sent again, and works to the end', async () => {
    const { requests, calls, methods } = resending(30);
    const ran = await commandLine(methods).run('resend', 'c-7f3k', '--code', '5.7', '--json');
    expect(ran.exit).toBe(3);
    expect(requests).toEqual([
      { campaign: 'c-7f3k', actor: 'ana', states: ['refused', 'failed', 'unconfirmed'], dryRun: false, code: '5.7' },
    ]);
    expect(calls).toEqual(['work']);
    expect(JSON.parse(ran.stdout)).toEqual(summaryForScripts(summaryOf({ states: { refused: 2 } })));
  });

  it('counts and changes nothing with --dry-run', async () => {
    const { requests, calls, methods } = resending(30);
    const ran = await commandLine(methods).run('resend', 'c-7f3k', '--state', 'refused', '--dry-run', '--json');
    expect(ran.exit).toBe(0);
    expect(requests).toMatchObject([{ states: ['refused'], dryRun: true }]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ resend: { total: 30, states: { refused: 30 } } });
    expect([calls, ran.opened[0]?.needs]).toEqual([[], 'ledger']);
  });

  it('has nothing to work on when no notice fits', async () => {
    const { calls, methods } = resending(0);
    expect((await commandLine(methods).run('resend', 'c-7f3k')).exit).toBe(3);
    expect(calls).toEqual([]);
  });

  it('sends suppressed notices again only with a reason', async () => {
    const { requests, methods } = resending(1);
    await commandLine(methods).run('resend', 'c-7f3k', '--state', 'suppressed', '--reason', 'wrong list');
    expect(requests).toMatchObject([{ states: ['suppressed'], reason: 'wrong list' }]);
  });
});
