// A campaign at work as the screen and the log show it.
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/layout.ts';
import { quietStream } from '../../../src/cli/output.ts';
import { newHistory, paceNow, remember } from '../../../src/cli/pace.ts';
import { startDisplay } from '../../../src/cli/progress-display.ts';
import { share } from '../../../src/cli/progress-bar.ts';
import { renderProgress, renderProgressLine } from '../../../src/cli/render-progress.ts';
import { StopLevels } from '../../../src/cli/stop-level.ts';
import { noCounts } from '../../../src/domain/notice-state.ts';
import { summaryOf } from './scripted-application.ts';

const running = summaryOf({
  campaign: '2026-01-31-mixpanel-7f3k',
  state: 'running',
  rehearsal: true,
  relay: 'inbox',
  etaSeconds: 754,
  perSecond: 462.4,
  ratePerSecond: 500,
  states: { pending: 7000, queued: 900, sending: 12, deferred: 20, refused: 11, failed: 1, unconfirmed: 3 },
});
const history = remember(remember(newHistory(0), summaryOf({ states: { pending: 10_000 } }), 37_000), running, 42_000);

describe('the block', () => {
  it.each([40, 80, 200])('fits %d columns', (columns) => {
    const lines = renderProgress(running, history, { columns, color: false, unicode: true, now: 42_000 });
    expect(lines.join('\n')).toMatchSnapshot();
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('shows no average above the limit in the first second', () => {
    const line = (seconds: number) => renderProgressLine({ ...running, seconds, perSecond: 620 }, history, 42_000);
    expect(line(0.4)).not.toContain('average');
    expect(line(1)).toContain('average');
  });

  it('says why it is held', () => {
    const held = summaryOf({
      state: 'held',
      reason: { code: 'relay-auth', help: 'Correct the password, then `candor resume`.' },
      states: { pending: 8000 },
      etaSeconds: null,
    });
    expect(
      renderProgress(held, history, { columns: 60, color: false, unicode: false, now: 42_000 }).join('\n'),
    ).toMatchSnapshot();
  });

  it.each([
    ['a long name', { campaign: 'c'.repeat(200) }],
    ['nobody', { notices: 0, states: noCounts() }],
    ['all accepted', {}],
    [
      'millions',
      { notices: 12_345_678, states: { pending: 1, unconfirmed: 1, suppressed: 1, cancelled: 1, deferred: 1 } },
    ],
    ['a waiting start', { state: 'ready', startAt: '2026-02-01T09:00:00.000Z' } as const],
    ['nobody at work', { state: 'running', workers: 0, states: { pending: 5, sending: 2 }, etaSeconds: null } as const],
    ['only deferred notices', { state: 'running', states: { deferred: 5 }, etaSeconds: null } as const],
    ['a throttled relay', { state: 'running', ratePerSecond: 100, throttledPerSecond: 12.5 } as const],
  ])('never gets wider than the terminal with %s', (_, given) => {
    for (const columns of [20, 40, 63, 80, 120]) {
      for (const unicode of [true, false]) {
        const view = { columns, unicode, now: 1_000_000_000 };
        const lines = renderProgress(summaryOf(given), newHistory(0), { ...view, color: false });
        for (const line of lines) if (columns >= 40) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        const colored = renderProgress(summaryOf(given), newHistory(0), { ...view, color: true });
        expect(colored.map(displayWidth)).toEqual(lines.map(displayWidth));
      }
    }
  });

  it('says that nobody is at work, and what to do', () => {
    const alone = { ...running, workers: 0, etaSeconds: null };
    const block = renderProgress(alone, history, { columns: 80, color: false, unicode: false, now: 42_000 }).join('\n');
    expect(block).toContain('No worker is at work: nothing goes out.');
    expect(block).toContain('`candor worker`');
    expect(block).toContain('left on the wire 12');
    expect(renderProgressLine(alone, history, 42_000)).toContain('no worker is at work');
    expect(renderProgressLine({ ...running, workers: null }, history, 42_000)).not.toContain('no worker');
  });

  it('is the same as one line for a log', () => {
    expect(renderProgressLine(running, history, 42_000)).toMatchSnapshot();
  });
});

describe('the bar', () => {
  it.each([
    [[0, 0], 10, [0, 0]],
    [[1, 1], 10, [5, 5]],
    [[1_000_000, 1], 10, [9, 1]],
    [[1, 1, 1_000_000, 1], 10, [1, 1, 7, 1]],
    [[2, 1], 10, [7, 3]],
  ])('shares %j over %d cells as %j', (weights, width, cells) => {
    expect(share(weights, width)).toEqual(cells);
  });
});

describe('the pace', () => {
  it('is the mean of the last seconds, and falls when nothing comes any more', () => {
    let seen = newHistory(0);
    for (let second = 0; second <= 20; second += 1)
      seen = remember(seen, summaryOf({ notices: 1000, states: { pending: 1000 - second * 10 } }), second * 1000);
    expect(paceNow(seen, 20_000)).toBeCloseTo(10);
    expect(paceNow(seen, 22_500)).toBeCloseTo(30 / 5.5);
    expect(paceNow(seen, 60_000)).toBe(0);
    expect(seen.samples.length).toBeLessThan(8);
  });

  it('is unknown before there is a second to go by', () => {
    expect(paceNow(newHistory(0), 5000)).toBeNull();
    expect(paceNow(remember(newHistory(0), running, 0), 900)).toBeNull();
  });
});

/** A screen that keeps what is written and lets time pass by hand. */
function screen(terminal: boolean, columns = 60) {
  const written: string[] = [];
  const ticks: (() => void)[] = [];
  const exits: (() => void)[] = [];
  const time = { ms: 0 };
  const stderr = Object.assign(new PassThrough(), terminal ? { isTTY: true, columns, rows: 20 } : {});
  const display = startDisplay(
    {
      stderr,
      variables: { NO_COLOR: '1' },
      clock: { now: () => new Date(0), monotonicMs: () => time.ms },
      after: (_, callback) => {
        ticks.push(callback);
        return () => void ticks.splice(ticks.indexOf(callback), 1);
      },
      onExit: (handler) => {
        exits.push(handler);
        return () => void exits.splice(exits.indexOf(handler), 1);
      },
    },
    (text) => written.push(text),
  );
  return { display, written, ticks, exits, time, stderr };
}

describe('on a terminal', () => {
  it('redraws in one write, from the top of the block', () => {
    const { display, written, time } = screen(true);
    display.update(running);
    const rows = (written.at(-1) ?? '').split('\n').length - 1;
    time.ms = 1000;
    display.update(running);
    expect(written.at(-1)?.startsWith(`\r\u001B[${rows}A`)).toBe(true);
    expect(written).toHaveLength(3);
    display.update(running);
    expect(written).toHaveLength(3);
    display.stop();
  });

  it('goes up by the rows that a narrower window has made of the block', () => {
    const { display, written, time, stderr } = screen(true, 60);
    display.update(running);
    const lines = (written.at(-1) ?? '').split('\n').length - 1;
    stderr.columns = 30;
    time.ms = 1000;
    display.update(running);
    const up = Number(/\u001B\[(\d+)A/.exec(written.at(-1) ?? '')?.[1]);
    expect(up).toBeGreaterThan(lines);
    display.stop();
  });

  it('writes other text above the block', () => {
    const { display, written } = screen(true);
    display.update(running);
    display.print('Something else.\n');
    expect(written.at(-1)).toMatch(/A\u001B\[JSomething else\.\n2026-01-31-mixpanel/);
    display.stop();
  });

  it('leaves nothing behind: no block, no timer, a visible cursor', () => {
    const { display, written, ticks, exits } = screen(true);
    display.update(running);
    expect(written[0]).toBe('\u001B[?25l');
    display.stop();
    expect(written.at(-1)).toMatch(/\u001B\[J\u001B\[\?25h$/);
    expect([ticks, exits]).toEqual([[], []]);
  });

  it('shows the cursor again when the process ends without a stop', () => {
    const { written, exits } = screen(true);
    exits[0]?.();
    expect(written.at(-1)).toBe('\u001B[?25h');
  });
});

describe('in a log', () => {
  it('writes a line every few seconds and at a change of state', () => {
    const { display, written, time } = screen(false);
    for (time.ms = 0; time.ms <= 10_000; time.ms += 500) display.update(running);
    expect(written).toHaveLength(3);
    display.update(summaryOf({ state: 'paused', states: { pending: 1 } }));
    expect(written).toHaveLength(4);
    display.stop();
    expect(written.join('')).not.toContain('\u001B');
  });
});

describe('a reader that goes away', () => {
  it('ends the writing and nothing else', async () => {
    const taken: string[] = [];
    const pipe = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken.push(chunk.toString());
        done(taken.length < 2 ? null : Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
      },
    });
    const quiet = quietStream(pipe);
    for (const text of ['one', 'two', 'three']) quiet.write(text);
    await quiet.flushed();
    quiet.write('four');
    expect(taken).toEqual(['one', 'two']);
  });
});

describe('a disk that is full', () => {
  it('costs what could not be written, and says that it did', async () => {
    const taken: string[] = [];
    let full = true;
    // As Node's standard streams are: a failed write does not end them.
    const file = new Writable({
      autoDestroy: false,
      write(chunk: Buffer, _encoding, done) {
        if (!full) taken.push(chunk.toString());
        done();
        if (full) file.emit('error', Object.assign(new Error('no space left on device, write'), { code: 'ENOSPC' }));
      },
    });
    const quiet = quietStream(file);
    quiet.write('one');
    full = false;
    quiet.write('two');
    await quiet.flushed();
    expect(taken).toEqual(['two']);
    expect(quiet.failure()).toMatchObject({ code: 'ENOSPC' });
  });
});

describe('stop signals', () => {
  it.each([
    [
      'three presses',
      [
        ['SIGINT', 0],
        ['SIGINT', 1000],
        ['SIGINT', 2000],
        ['SIGINT', 3000],
      ],
      [1, 2, 3, 3],
    ],
    [
      'a wrapper that repeats the signal',
      [
        ['SIGINT', 0],
        ['SIGINT', 5],
        ['SIGINT', 1000],
        ['SIGINT', 1004],
      ],
      [1, null, 2, null],
    ],
    [
      'a script that adds SIGTERM',
      [
        ['SIGINT', 0],
        ['SIGTERM', 400],
      ],
      [1, null],
    ],
    [
      'a supervisor that insists',
      [
        ['SIGTERM', 0],
        ['SIGTERM', 1000],
        ['SIGTERM', 2000],
      ],
      [1, 2, 3],
    ],
    [
      'a hang-up after SIGTERM',
      [
        ['SIGTERM', 0],
        ['SIGHUP', 500],
      ],
      [1, null],
    ],
    [
      'Ctrl-C after SIGTERM',
      [
        ['SIGTERM', 0],
        ['SIGINT', 500],
      ],
      [1, 2],
    ],
  ] as const)('%s', (_, presses, levels) => {
    const counter = new StopLevels();
    expect(presses.map(([signal, atMs]) => counter.take(signal, atMs))).toEqual(levels);
  });
});
