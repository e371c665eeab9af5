// Notifications that a provider publishes and a subscription sends on as a letter: a JSON object as its text.
import { z } from 'zod';
import type { ReadReturn } from '../domain/returned.ts';
import { reasonOf } from './return-reasons.ts';
import { statusOf } from './status-codes.ts';

const recipient = z.object({
  emailAddress: z.string().max(320),
  status: z.string().max(100).optional(),
  diagnosticCode: z.string().max(5_000).optional(),
});
/** Amazon SES, `notificationType` of its notification contents. */
const notification = z.object({
  notificationType: z.enum(['Bounce', 'Complaint', 'Delivery']),
  bounce: z.object({ bounceType: z.string(), bouncedRecipients: z.array(recipient).max(1_000) }).optional(),
  complaint: z.object({ complainedRecipients: z.array(recipient).max(1_000) }).optional(),
  delivery: z
    .object({ recipients: z.array(z.string().max(320)).max(1_000), smtpResponse: z.string().max(5_000).optional() })
    .optional(),
});

/** What a notification says; null when the text is none. */
export function readNotification(text: string): Pick<ReadReturn, 'kind' | 'recipients'> | null {
  // Long lines were folded with `!` by old relays.
  const json = /\{[\s\S]*\}/.exec(text.replaceAll(/!\n ?/g, ''))?.[0];
  if (json === undefined || !json.includes('notificationType')) return null;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const parsed = notification.safeParse(value);
  if (!parsed.success) return null;
  const { bounce, complaint, delivery } = parsed.data;
  if (bounce !== undefined) {
    const final = bounce.bounceType !== 'Transient';
    return {
      kind: final ? 'bounce' : 'delay',
      recipients: bounce.bouncedRecipients.map(({ emailAddress, status, diagnosticCode = '' }) => {
        const code = statusOf(status ?? diagnosticCode);
        return { address: emailAddress, final, status: code, reason: reasonOf(diagnosticCode, code) };
      }),
    };
  }
  if (complaint !== undefined) {
    return {
      kind: 'complaint',
      recipients: complaint.complainedRecipients.map(({ emailAddress }) => untouched(emailAddress, null)),
    };
  }
  return {
    kind: 'delivered',
    recipients: (delivery?.recipients ?? []).map((address) =>
      untouched(address, statusOf(delivery?.smtpResponse ?? '')),
    ),
  };
}

const untouched = (address: string, status: string | null) => ({ address, final: false, status, reason: null });
