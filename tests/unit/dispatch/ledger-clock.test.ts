import { describe, expect, test } from 'vitest';
import { createLedgerClock } from '../../../src/dispatch/ledger-clock.ts';

describe('the ledger’s clock', () => {
  test('lies in the middle of what one answer allows', () => {
    const clock = createLedgerClock();
    clock.observe(100, 110, 1_000_000);
    expect(clock.here(1_000_000)).toBe(105);
    expect(clock.here(1_000_050)).toBe(155);
  });

  test('is not moved by an answer that took longer', () => {
    const clock = createLedgerClock();
    clock.observe(100, 101, 1_000_000);
    const before = clock.here(1_000_000);
    // Asked at 200, read at 200.4, and the answer came 80 ms later.
    clock.observe(200, 280, 1_000_100);
    expect(Math.abs(clock.here(1_000_000) - before)).toBeLessThan(0.1);
  });

  test('gets better with each answer, from either side', () => {
    const clock = createLedgerClock();
    clock.observe(100, 120, 1_000_001);
    clock.observe(130, 150, 1_000_049);
    // True: ours = ledger − 999,900; the first answer was slow to return, the second slow to leave.
    expect(Math.abs(clock.here(1_000_000) - 100)).toBeLessThan(1.1);
  });

  test('follows a clock that drifts by a millisecond a minute', () => {
    const clock = createLedgerClock();
    for (let second = 0; second <= 600; second += 1) {
      const ours = second * 1_000;
      clock.observe(ours, ours + 1, 1_000_000 + ours * (1 + 1 / 60_000) + 0.5);
    }
    expect(Math.abs(clock.here(1_000_000 + 600_000 * (1 + 1 / 60_000)) - 600_000)).toBeLessThan(1.5);
  });

  test('starts anew when a clock was set', () => {
    const clock = createLedgerClock();
    clock.observe(100, 102, 1_000_000);
    clock.observe(200, 202, 5_000_000);
    expect(clock.here(5_000_000)).toBe(201);
  });
});
