// Whose a refusal is that names us, or our right to relay, at one recipient, when others get through the same relay: the
// recipient's or their domain's (a relay that relays for five domains of six). Pure, with a memory: it holds domain names
// and is neither stored nor logged.
import { senderPutOffRule } from './classify.ts';
import type { DeliveryResult, Verdict } from './delivery-result.ts';

/** What the ledger knows of a campaign's letters. */
export interface KnownPassage {
  /** Domains whose letters were accepted lately. */
  readonly acceptedDomains: readonly string[];
  /** The rule of a hold for such a refusal from which a person has resumed; null: none. */
  readonly seenRule: string | null;
}

/** A relay that relays for some only says so in these; of all others a person has to see the first. */
const relaying: ReadonlySet<string> = new Set(['relay-denied-text', 'relay-denied-code']);
/** These change with time and volume, and are never one recipient's. */
const never: ReadonlySet<string> = new Set(['quota-spent', 'relay-auth', 'relay-tls', 'relay-unreachable']);
/** So many in a row, with no acceptance between them, at two domains or more, are a fault of the relay after all. */
const inARow = 10;
/** More domains than a relay tells apart. */
const remembered = 5_000;

export class Denials {
  readonly #accepted = new Set<string>();
  readonly #sinceAccepted = new Set<string>();
  #count = 0;

  /** A letter to this domain was accepted. */
  accepted(domain: string): void {
    if (this.#accepted.size < remembered) this.#accepted.add(domain);
    if (this.#count === 0) return;
    this.#sinceAccepted.clear();
    this.#count = 0;
  }

  /** True when a hold may turn out to be the recipient's: then the ledger is worth asking. */
  static mayBeTheirs(result: DeliveryResult, verdict: Verdict): boolean {
    return (
      verdict.kind === 'hold' && result.kind === 'replied' && result.stage !== 'mail' && !never.has(verdict.reason)
    );
  }

  /** True when the refusal by this rule is the recipient's or their domain's, and the others go on. */
  isTheirs(rule: string, domain: string, known: KnownPassage): boolean {
    const others = [...this.#accepted, ...known.acceptedDomains];
    // A sender that others take is not put off by all.
    if (rule === senderPutOffRule) return others.length > 0;
    // What was accepted before is refused now: the relay has changed its mind about us.
    if (others.length === 0 || others.includes(domain)) return false;
    const seen = known.seenRule === rule;
    if (!seen && !relaying.has(rule)) return false;
    this.#sinceAccepted.add(domain);
    this.#count += 1;
    return seen || this.#count < inARow || this.#sinceAccepted.size < 2;
  }

  /** The verdict on a letter whose hold is not about us. */
  static theirs(result: DeliveryResult, rule: string): Verdict {
    if (result.kind === 'replied' && result.reply.code < 500) return { kind: 'deferred', rule, charged: true };
    return { kind: 'refused', rule, reason: relaying.has(rule) ? 'not-relayed' : 'recipient-policy' };
  }
}
