// How long something takes: on average, and mostly. Pure.

export interface Spread {
  took(ms: number): void;
  /** The mean of the latest; 0 before the first. */
  mean(): number;
  /** What hardly any of the latest exceeded: the mean and four mean deviations, as TCP reckons its patience (RFC 6298). */
  mostly(): number;
}

/** @param over how many are averaged; the first few count in full, so that one is enough to know something */
export function createSpread(over = 20): Spread {
  let seen = 0;
  let meanMs = 0;
  let deviationMs = 0;
  return {
    took(ms) {
      seen = Math.min(seen + 1, over);
      const off = ms - meanMs;
      meanMs += off / seen;
      if (seen > 1) deviationMs += (Math.abs(off) - deviationMs) / seen;
    },
    mean: () => meanMs,
    mostly: () => meanMs + 4 * deviationMs,
  };
}
