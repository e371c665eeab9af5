// What a relay offers in its answer to EHLO. Pure.
import type { Reply } from '../domain/delivery-result.ts';

export interface Offers {
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly startTls: boolean;
  /** True when SIZE was offered, with or without a limit. */
  readonly size: boolean;
  /** SASL mechanisms in upper case, as announced. */
  readonly auth: readonly string[];
}

/** What a relay that only knows HELO offers. */
export const noOffers: Offers = {
  pipelining: false,
  eightBitMime: false,
  smtpUtf8: false,
  startTls: false,
  size: false,
  auth: [],
};

/** Reads the lines after the first. Whole keywords only: `X-STARTTLS` offers nothing. */
export function readOffers(ehlo: Reply): Offers {
  const lines = ehlo.text
    .split('\n')
    .slice(1)
    .map((line) => line.slice(4).trim().toUpperCase());
  const keywords = new Set(lines.map((line) => line.split(/[\s=]/, 1)[0]));
  // `AUTH=LOGIN` is an old form that some relays still announce beside the right one.
  const auth = lines
    .filter((line) => /^AUTH[\s=]/.test(line))
    .flatMap((line) =>
      line
        .slice(5)
        .split(/[\s=]+/)
        .filter(Boolean),
    );
  return {
    pipelining: keywords.has('PIPELINING'),
    eightBitMime: keywords.has('8BITMIME'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    startTls: keywords.has('STARTTLS'),
    size: keywords.has('SIZE'),
    auth: [...new Set(auth)],
  };
}
