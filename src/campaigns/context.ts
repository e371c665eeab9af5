// What every use case works with: the open ledger and the settings of this process.
import type { UnconfirmedPolicy } from '../domain/campaign-state.ts';
import type { SigningKey } from '../domain/signing-key.ts';
import type { DomainLimit } from '../domain/domain-turn.ts';
import type { Database } from '../ledger/database.ts';
import type { Keyring } from '../ledger/keyring.ts';

export interface LedgerContext {
  readonly database: Database;
  readonly keyring: Keyring;
}

/** The relay and the sender that a launch would freeze. */
export interface LaunchSettings {
  /** `host:port` and user of the relay, or `inbox`. */
  readonly relayIdentity: string;
  readonly relayLabel: string;
  readonly rehearsal: boolean;
  /** True when the relay is on this machine: then no rate and no official domain is asked for. */
  readonly loopback: boolean;
  /** As it stands in the From header. */
  readonly mailFrom: string;
  readonly mailFromAddress: string;
  readonly envelopeFrom: string;
  readonly replyTo: string | null;
  readonly autoSubmitted: boolean;
  /** Signs the letters; null: the relay's business. */
  readonly signingKey: SigningKey | null;
  readonly ratePerSecond: number | null;
  /** Limits of receiving domains, in place of the relay's earlier ones; null: leaves those. */
  readonly domainLimits: readonly DomainLimit[] | null;
  readonly retryDelaysMs: readonly number[];
  readonly retryRepeatLast: boolean;
  readonly retryForMs: number;
  readonly unconfirmedPolicy: UnconfirmedPolicy;
}
