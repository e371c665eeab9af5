// Letters for the console: as they would be mailed, of a given row, and as tests to one's own address.
import { previewMessages, type PreviewSender } from '../../campaigns/preview-kit.ts';
import { letterOfRow } from '../../campaigns/letter-of-row.ts';
import { uploadSource } from '../../campaigns/upload-source.ts';
import type { LedgerContext } from '../../campaigns/context.ts';
import { parseAddress } from '../../domain/address.ts';
import { categories, type CategoryBits } from '../../domain/category.ts';
import { CandorError } from '../../domain/errors.ts';
import type { KitToLaunch } from '../../campaigns/create-campaign.ts';
import type { CompiledLetter } from '../../domain/kit.ts';
import { recordEvent } from '../../ledger/events.ts';
import { expectShownKit } from '../../kits/seen-kits.ts';
import { findUpload } from '../../ledger/uploads.ts';
import { createLetterBody } from '../../rendering/letter-body.ts';
import { shownKit } from '../../rendering/shown-kit.ts';
import type { LettersPort, LetterView } from '../../web/ports/letters.ts';

export interface CompiledShelf {
  /** A kit by its id, as it is on disk now, with its letters. Throws `kit-not-found`. */
  load(id: string): Promise<KitToLaunch>;
}

export interface LettersOptions {
  readonly sender: PreviewSender;
  /** Hands test letters to the relay; answers how many it took. */
  readonly deliver: (letters: readonly CompiledLetter[], to: string) => Promise<number>;
}

/** The console is no open mailer: so many test letters in an hour for an operator. */
const testsPerHour = 60;
const hourMs = 3_600_000;

export function openLettersPort(ledger: LedgerContext, shelf: CompiledShelf, options: LettersOptions): LettersPort {
  const tested = new Map<number, number[]>();

  return {
    async letters(id, shown) {
      const { kit, letters, path } = await shelf.load(id);
      const messages = await previewMessages(letters, options.sender, {
        to: 'recipient@example.com',
        test: false,
        at: new Date(),
        messageId: (index) => `<preview-${index + 1}@example.com>`,
        ...(shown === null ? {} : { categories: shown }),
      });
      return {
        kit: shownKit(kit, path, letters),
        letters: messages.map(({ letter, message }) => viewOf(letter, message, shown)),
      };
    },
    async row(id, row) {
      const upload = await findUpload(ledger.database, id);
      if (upload === null || upload.state !== 'read') throw new CandorError('upload-unknown');
      const { kit } = await shelf.load(upload.kit);
      return letterOfRow(
        uploadSource(ledger, upload),
        {
          ...(upload.audience === null ? {} : { audience: upload.audience }),
          mapping: upload.mapping,
          ...(upload.encoding === null ? {} : { encoding: upload.encoding }),
          locales: { supported: kit.locales, fallback: kit.defaultLocale },
        },
        row,
      );
    },
    async test(id, { audience, locale, to, kitDigest, operator }) {
      const parsed = parseAddress(to);
      if (!parsed.ok) throw new CandorError('address-invalid', { why: parsed.message });
      const { kit, letters } = await shelf.load(id);
      if (kitDigest !== null) expectShownKit(kit, kitDigest);
      const wanted = letters.filter(
        (letter) =>
          (audience === null || letter.audience === audience) && (locale === null || letter.locale === locale),
      );
      if (wanted.length === 0) throw new CandorError('page-unknown');
      const now = Date.now();
      const recent = (tested.get(operator.id) ?? []).filter((at) => now - at < hourMs);
      if (recent.length + wanted.length > testsPerHour) throw new CandorError('test-letters-throttled');
      tested.set(operator.id, [...recent, ...wanted.map(() => now)]);
      const accepted = await options.deliver(wanted, parsed.address);
      await recordEvent(ledger.database, {
        campaignNo: null,
        actor: operator.name,
        kind: 'test-letters',
        data: { kit: id, digest: kit.digest, letters: accepted },
      });
      return accepted;
    },
  };
}

function viewOf(letter: CompiledLetter, message: Buffer, shown: CategoryBits | null): LetterView {
  const every: CategoryBits = (1 << categories.length) - 1;
  const { html, text } = createLetterBody(letter)(letter.audience === 'affected' ? (shown ?? every) : 0, null);
  return {
    audience: letter.audience,
    locale: letter.locale,
    subject: letter.subject,
    opening: openingOf(text),
    html,
    text,
    source: message.toString('utf8'),
  };
}

/** The first paragraph that is a sentence: headings have no full stop. */
function openingOf(text: string): string {
  const paragraphs = text.split(/\n\s*\n/).map((one) => one.replaceAll(/\s+/g, ' ').trim());
  return (paragraphs.find((one) => one.endsWith('.')) ?? paragraphs[0] ?? '').slice(0, 300);
}
