// Shows a campaign at work on stderr. On a terminal a block is redrawn in place, each time in a single
// write and without clearing first, so that it does not flicker. Elsewhere a plain line comes every few
// seconds and whenever the state changes. Whatever ends the program, the cursor is visible again.
import type { CampaignSummary } from '../domain/summary.ts';
import { displayWidth } from './layout.ts';
import { newHistory, remember, type ProgressHistory } from './pace.ts';
import { renderProgress, renderProgressLine } from './render-progress.ts';
import type { Surroundings } from './surroundings.ts';
import { canRedraw, viewOf } from './view.ts';

/** How often the block is redrawn at most; also how often the clock in it ticks. */
const redrawMs = 200;
/** How often a plain line is written at most while nothing changes its state. */
const lineMs = 5000;

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const clearToEndOfLine = '\u001B[K';
const clearBelow = '\u001B[J';

export interface ProgressDisplay {
  /** Takes the newest summary. */
  update(summary: CampaignSummary): void;
  /** Writes other text without tearing the block apart. It ends with a line break. */
  print(text: string): void;
  /** Ends the display: the block is removed, the cursor restored. A log keeps its lines. */
  stop(): void;
}

type Outside = Pick<Surroundings, 'stderr' | 'variables' | 'clock' | 'after' | 'onExit'>;

/** Starts a display that suits the stream. `write` is the way to stderr. */
export function startDisplay(outside: Outside, write: (text: string) => void): ProgressDisplay {
  const history = newHistory(outside.clock.monotonicMs());
  return canRedraw(outside.stderr, outside.variables) ? block(outside, write, history) : lines(outside, write, history);
}

function lines(outside: Outside, write: (text: string) => void, started: ProgressHistory): ProgressDisplay {
  let history = started;
  let wroteAtMs = Number.NEGATIVE_INFINITY;
  let wroteState: string | null = null;
  return {
    update(summary) {
      const now = outside.clock.monotonicMs();
      history = remember(history, summary, now);
      if (summary.state === wroteState && now - wroteAtMs < lineMs) return;
      wroteAtMs = now;
      wroteState = summary.state;
      write(`${renderProgressLine(summary, history, now)}\n`);
    },
    print: write,
    stop() {},
  };
}

function block(outside: Outside, write: (text: string) => void, started: ProgressHistory): ProgressDisplay {
  let history = started;
  let latest: CampaignSummary | null = null;
  let shown: readonly string[] = [];
  let cancelTick: (() => void) | null = null;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  const forgetExit = outside.onExit(() => write(showCursor));
  write(hideCursor);

  /** Back to the block's first column. Lines that a narrower window has folded take more rows than they did. */
  const toTop = (): string => {
    const columns = viewOf(outside.stderr, outside.variables).columns;
    const rows = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    return rows === 0 ? '\r' : `\r\u001B[${rows}A`;
  };
  const frame = (): string => {
    if (latest === null) return '';
    const now = outside.clock.monotonicMs();
    const room = Math.max(1, (outside.stderr.rows ?? 24) - 1);
    shown = renderProgress(latest, history, { ...viewOf(outside.stderr, outside.variables), now }).slice(0, room);
    drawnAtMs = now;
    return shown.map((line) => `${line}${clearToEndOfLine}\n`).join('');
  };
  const draw = (): void => {
    const top = toTop();
    write(top + frame() + clearBelow);
  };
  const tick = (): void => {
    draw();
    cancelTick = outside.after(redrawMs, tick);
  };
  return {
    update(summary) {
      const changed = latest?.state !== summary.state;
      latest = summary;
      history = remember(history, summary, outside.clock.monotonicMs());
      if (cancelTick === null) tick();
      else if (changed || outside.clock.monotonicMs() - drawnAtMs >= redrawMs) draw();
    },
    print(text) {
      const top = toTop();
      shown = [];
      write(`${top}${clearBelow}${text}${frame()}`);
    },
    stop() {
      cancelTick?.();
      forgetExit();
      write(`${toTop()}${clearBelow}${showCursor}`);
      shown = [];
    },
  };
}
