// Waiting for the moment at which a claimed letter may leave.
import type { Clock } from '../runtime/clock.ts';
import type { Pacer, Slot } from './pacer.ts';

/** How long a claimed notice may wait for a second slot when it was late for its first, before it is given back. */
const secondSlotMs = 400;

/** Waits for the slot; when it was missed, once more for another, if `second` says so. False: give the claim back. */
export function createPunctual({
  pacer,
  clock,
  signal,
}: {
  pacer: Pacer;
  clock: Clock;
  signal: AbortSignal;
}): (errand: { readonly slot: Slot; readonly second: boolean }) => Promise<boolean> {
  const reach = async (slot: Slot): Promise<boolean> => {
    const wait = slot.at - clock.monotonicMs();
    if (wait > 0.5) await new Promise((resolve) => setTimeout(resolve, wait));
    return clock.monotonicMs() <= slot.until;
  };
  return async ({ slot, second: another }) => {
    if (await reach(slot)) return true;
    if (!another) return false;
    const second = await pacer.slot(AbortSignal.any([signal, AbortSignal.timeout(secondSlotMs)])).catch(() => null);
    return second !== null && reach(second);
  };
}
