// Works on one campaign in the foreground until it leaves `running`, and answers stop signals:
// Ctrl-C pauses the campaign for everybody and drains the wire; a second one gives everything back at
// once; a third one ends the process without waiting. SIGTERM and SIGHUP (the terminal was closed) stop
// this process only: the campaign stays `running` for other workers, and for `candor resume`.
import type { Application } from '../campaigns/application.ts';
import type { CampaignSummary } from '../domain/summary.ts';
import { counted } from './figures.ts';
import { workedOutcome, type Outcome } from './outcome.ts';
import type { Session } from './session.ts';
import type { StopLevel } from './stop-level.ts';
import type { StopSignal } from './surroundings.ts';
import { shownError } from './show-error.ts';

/** Works on the campaign and answers how it ended. */
export async function workInForeground(session: Session, application: Application, campaign: string): Promise<Outcome> {
  const stops = new ForegroundStops(session, application, campaign);
  const summary = await session.withDisplay((display) =>
    session.takingStops(
      (signal, level) => stops.take(signal, level),
      async () => {
        const ended = await Promise.race([
          application.work(campaign, {
            signal: stops.drain.signal,
            now: stops.now.signal,
            onProgress: (progress) => {
              stops.latest = progress;
              display.update(progress);
            },
          }),
          stops.forced,
        ]);
        return stops.settle(ended);
      },
    ),
  );
  return workedOutcome(summary);
}

class ForegroundStops {
  /** Aborted: claim nothing new here, finish what is on the wire. */
  readonly drain = new AbortController();
  /** Aborted: do not wait for the wire either. */
  readonly now = new AbortController();
  /** The newest summary, for the case that nothing newer can be had. */
  latest: CampaignSummary | null = null;
  /** Resolves when the person will not wait any longer. */
  readonly forced: Promise<null>;
  #force: () => void = () => {};
  #pausing: Promise<CampaignSummary | null> | null = null;

  constructor(
    readonly session: Session,
    readonly application: Application,
    readonly campaign: string,
  ) {
    this.forced = new Promise((resolve) => {
      this.#force = () => resolve(null);
    });
  }

  take(signal: StopSignal, level: StopLevel): void {
    if (level === 1) this.#first(signal);
    else if (level === 2) {
      this.session.say('Giving everything back at once. What was on the wire and has no answer yet is unconfirmed.');
      this.drain.abort();
      this.now.abort();
    } else this.#force();
  }

  /** The summary to end with. A pause that was asked for is waited for, so that the answer shows it. */
  async settle(ended: CampaignSummary | null): Promise<CampaignSummary> {
    const paused = ended === null ? null : await Promise.race([this.#pausing ?? null, this.forced]);
    const stale = ended?.state === 'running' && paused !== null;
    // The pause answers with the counts of its own moment, before the wire was drained.
    if (stale) return this.application.status(this.campaign).catch(() => paused);
    return ended ?? this.latest ?? this.application.status(this.campaign);
  }

  #first(signal: StopSignal): void {
    if (signal !== 'SIGINT') {
      this.session.say(`${signal}: this process finishes what is on the wire and stops. The campaign stays as it is.`);
      this.drain.abort();
    } else if (this.latest?.state === 'ready') {
      this.session.say('It has not started. This process stops; it starts at its time wherever a worker runs.');
      this.drain.abort();
    } else {
      this.session.say(
        'Pausing: nothing new starts, what is on the wire is finished. Ctrl-C again gives everything back at once.',
      );
      this.#pausing = this.#pause();
    }
  }

  async #pause(): Promise<CampaignSummary | null> {
    try {
      const { summary, onTheWire } = await this.application.pause(this.campaign, this.session.actor);
      this.session.say(
        `Paused with ${counted(summary.states.accepted, 'notice')} accepted and ${counted(onTheWire, 'letter')} on the wire.`,
      );
      return summary;
    } catch (error) {
      const shown = shownError(error, 'candor pause');
      this.session.say(
        `The campaign could not be paused (${shown.code}); this process stops. Run candor pause ${this.campaign} if others work on it.`,
      );
      return null;
    } finally {
      // A campaign that could not be paused, or was finished meanwhile, must not keep this process.
      this.drain.abort();
    }
  }
}
