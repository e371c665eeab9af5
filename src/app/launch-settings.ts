// What a launch takes from the configuration, and freezes.
import type { LaunchSettings } from '../campaigns/context.ts';
import type { Config } from '../config/read-config.ts';
import type { Logger } from '../runtime/logger.ts';
import { relayIdentityOf, relayLabelOf } from './open-relay.ts';

/** The settings for every launch of this process. */
export function launchSettingsOf(config: Config, logger: Logger): LaunchSettings {
  const { mail, relay, retry, ratePerSecond, domainLimits, unconfirmed } = config;
  return {
    relayIdentity: relayIdentityOf(config, logger),
    relayLabel: relayLabelOf(config),
    rehearsal: relay === null,
    loopback: relay?.loopback ?? true,
    mailFrom: mail.from.text,
    mailFromAddress: mail.from.address,
    envelopeFrom: mail.envelopeFrom,
    replyTo: mail.replyTo?.text ?? null,
    autoSubmitted: mail.autoSubmitted,
    signingKey: mail.signingKey,
    ratePerSecond,
    domainLimits,
    retryDelaysMs: retry.delaysMs,
    retryRepeatLast: retry.repeatLast,
    retryForMs: retry.giveUpAfterMs,
    unconfirmedPolicy: unconfirmed,
  };
}
