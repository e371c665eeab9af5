// The letters of a kit as files, exactly as the sending path would make them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { categories, type CategoryBits } from '../domain/category.ts';
import { CandorError } from '../domain/errors.ts';
import type { CompiledLetter } from '../domain/kit.ts';
import type { SigningKey } from '../domain/signing-key.ts';
import { createLetterBody } from '../rendering/letter-body.ts';
import { createLetterWriter, type NoticeToWrite } from '../rendering/letter-writer.ts';

export interface PreviewSender {
  readonly from: string;
  readonly replyTo: string | null;
  readonly autoSubmitted: boolean;
  readonly signingKey: SigningKey | null;
}

/** Shown in a preview: every category, so that the list is seen at its longest. */
const everyCategory: CategoryBits = (1 << categories.length) - 1;
/** Not a notice's token: an unknown one, so that nobody takes a preview for a notice. */
const previewToken = '0'.repeat(32);

/** The MIME message of each letter, as a test letter (marked as such) or as a recipient would get it. */
export function previewMessages(
  letters: readonly CompiledLetter[],
  sender: PreviewSender,
  options: { to: string; test: boolean; at: Date; messageId: (index: number) => string; categories?: CategoryBits },
): Promise<{ letter: CompiledLetter; message: Buffer }[]> {
  const written = letters.map(async (letter, index) => {
    const writer = createLetterWriter(letter, { ...sender, test: options.test });
    const notice: NoticeToWrite = {
      token: previewToken,
      messageId: options.messageId(index),
      to: options.to,
      date: options.at,
      categories: letter.audience === 'affected' ? (options.categories ?? everyCategory) : 0,
      name: null,
    };
    return {
      letter,
      message:
        sender.signingKey === null
          ? writer.write(notice)
          : Buffer.concat(await writer.composeSigned(notice, sender.signingKey)),
    };
  });
  return Promise.all(written);
}

/** Writes each letter as `<audience>.<locale>.{html,txt,eml}`; answers the paths. Overwrites earlier previews. */
export async function writePreview(
  letters: readonly CompiledLetter[],
  sender: PreviewSender,
  out: string,
  at: Date,
): Promise<string[]> {
  const files: string[] = [];
  try {
    await mkdir(out, { recursive: true });
    for (const { letter, message } of await previewMessages(letters, sender, {
      to: 'recipient@example.com',
      test: false,
      at,
      messageId: (index) => `<preview-${index + 1}@example.com>`,
    })) {
      const body = createLetterBody(letter)(categoriesShown(letter), null);
      const base = join(out, `${letter.audience}.${letter.locale}`);
      await writeFile(`${base}.eml`, message);
      await writeFile(`${base}.html`, body.html);
      await writeFile(`${base}.txt`, body.text);
      files.push(`${base}.html`, `${base}.txt`, `${base}.eml`);
    }
  } catch (cause) {
    if (cause instanceof CandorError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new CandorError('output-unwritable', { path: out, reason }, { cause });
  }
  return files;
}

function categoriesShown(letter: CompiledLetter): CategoryBits {
  return letter.audience === 'affected' ? everyCategory : 0;
}
