// Keeps what V8 holds near what is alive (ADR 0027). Left to itself, it lets garbage that has grown old lie until it is a
// multiple of what was alive at the last full collection, or half a gigabyte before the first one. An import leaves such a
// limit behind it: a million notices sent in the same process then grew by 0.3 to 0.8 KB each, to hundreds of megabytes,
// although no more than 40 were alive at any moment (2026-12).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * From here on garbage that has grown old is at most about a third of what is alive, and what an import has left is
 * collected now. For processes that stay: a collection takes 20 to 60 ms here, later ones run beside the work. May be called again.
 */
export function keepHeapSmall(): void {
  // Not --optimize-for-size: it also takes the young generation from 16 MB to 1, and letters were sent with a tenth more
  // CPU, most of it for three times as many collections of it (2026-12).
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
