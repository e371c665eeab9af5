// Test letters to one's own address: through the real relay, marked as tests, part of no campaign.
import { randomUUID } from 'node:crypto';
import { previewMessages, type PreviewSender } from '../campaigns/preview-kit.ts';
import type { OpeningWishes } from '../delivery/opening-watch.ts';
import type { Relay } from '../delivery/relay.ts';
import { CandorError } from '../domain/errors.ts';
import { describeFailure } from '../domain/describe-failure.ts';
import { holdTexts } from '../domain/hold-reasons.ts';
import { classify, classifyConnectFailure } from '../domain/classify.ts';
import type { CompiledLetter } from '../domain/kit.ts';
import { scrubReply } from '../domain/scrub.ts';

/**
 * Hands every letter to the relay once; answers how many it took. Throws `test-letter-failed` with the relay's words,
 * scrubbed, and the signal's reason once that aborts.
 */
export async function sendTestLetters(
  relay: Relay,
  letters: readonly CompiledLetter[],
  sender: PreviewSender,
  envelopeFrom: string,
  to: string,
  wishes: OpeningWishes = {},
): Promise<number> {
  const domain = envelopeFrom.slice(envelopeFrom.lastIndexOf('@') + 1);
  const messages = await previewMessages(letters, sender, {
    to,
    test: true,
    at: new Date(),
    messageId: () => `<test-${randomUUID()}@${domain}>`,
  });
  const opened = await relay.connect(wishes);
  if (!opened.ok) {
    const verdict = classifyConnectFailure(opened.failure);
    throw new CandorError('test-letter-failed', {
      why:
        verdict.kind === 'hold'
          ? `${holdTexts[verdict.reason].message} (${describeFailure(opened.failure)})`
          : describeFailure(opened.failure),
    });
  }
  const cut = (): void => opened.connection.destroy();
  wishes.signal?.addEventListener('abort', cut, { once: true });
  try {
    for (const { message } of messages) {
      const result = await opened.connection.deliver({ from: envelopeFrom, to }, message);
      wishes.signal?.throwIfAborted();
      const verdict = classify(result, { temporaryShare: { isThrottling: () => false } });
      if (verdict.kind === 'accepted') continue;
      throw new CandorError('test-letter-failed', {
        why:
          result.kind === 'replied'
            ? scrubReply(result.reply.text, to)
            : 'the connection ended before the relay had answered',
      });
    }
  } finally {
    wishes.signal?.removeEventListener('abort', cut);
    await opened.connection.close();
  }
  return messages.length;
}
