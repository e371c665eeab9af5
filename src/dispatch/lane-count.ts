// How many letters this process carries at a time: what the wanted rate needs, by the time that letters
// really take, and never more than the relay lets it have connections (ADR 0019). Few lanes take their slots late, and
// a letter that waits for none is short: without the time of asking, that would look as if few were enough.
import { connectionsForRate } from '../domain/pace.ts';
import { createSpread } from './spread.ts';

export interface LaneCount {
  /** Lanes that may be in use now; at least one. */
  now(): number;
  /** A letter held its connection for so long. */
  took(ms: number): void;
}

export interface LaneBounds {
  /** The most, whatever the rate. */
  readonly most: number;
  /** Where there is no rate to go by. Also the least for a rate: a lane without a slot costs nothing, and opens no connection. */
  readonly usual: number;
  /** The rate in force; null: none, or not known yet. */
  perSecond(): number | null;
  /** What a lane spends on asking for a slot, before its letter has a connection. */
  askingMs(): number;
  /** The most connections that the relay takes at present. */
  connections(): number;
  /** Letters whose relay has said nothing for long. */
  stalled(): number;
}

export function createLaneCount(bounds: LaneBounds): LaneCount {
  const times = createSpread();
  return {
    now() {
      const wanted =
        connectionsForRate(bounds.perSecond(), bounds.askingMs() + times.mean(), bounds.most) ?? bounds.usual;
      // A connection that a broken network has swallowed holds its lane for minutes; there are as many lanes again at most.
      const besides = Math.min(bounds.stalled(), bounds.usual);
      return Math.max(1, Math.min(Math.max(wanted, bounds.usual) + besides, bounds.most, bounds.connections()));
    },
    took: (ms) => times.took(ms),
  };
}
