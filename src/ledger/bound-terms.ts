// What a launch froze of a campaign, as it was written, or not at all: the letters, and the terms under which they go.
import type { CampaignNo } from '../domain/ids.ts';
import type { CompiledLetter } from '../domain/kit.ts';
import { recordChanged, type Misfit } from './bound-notices.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import type { Queryable } from './database.ts';
import { campaignKeys } from './key-store.ts';
import type { Keyring } from './keyring.ts';
import { sameMac, type Part } from './parts-mac.ts';

/** Every column of a campaign that no later step may change, in the order of its MAC. */
const frozen = [
  'campaign_no',
  'id',
  'kit',
  'kit_title',
  'kit_digest',
  'rehearsal',
  'relay_identity',
  'relay_label',
  'mail_from',
  'envelope_from',
  'reply_to',
  'auto_submitted',
  'signature_name',
  'file_sha256',
  'row_count',
  'invalid_count',
  'merged_count',
  'conflict_count',
  'notice_count',
  'affected_until_id',
  'first_notice_id',
  'last_notice_id',
  'intake::text',
  'unconfirmed_policy',
  'retry_delays_ms::text',
  'retry_repeat_last',
  'retry_for_ms',
  // Which letters there are; each is vouched for by itself.
  `(select string_agg(l.audience::text || ' ' || l.locale, ',' order by l.audience::text, l.locale)
    from candor.letter l where l.campaign_no = campaign.campaign_no)`,
] as const;

const frozenColumns = frozen.map((column, index) => `${column} as f${index}`).join(', ');

interface TermsRow {
  [column: `f${number}`]: Part;
  mac: Buffer | null;
}

async function readTerms(on: Queryable, campaignNo: CampaignNo): Promise<TermsRow> {
  const { rows } = await on.query<TermsRow>({
    name: 'read-frozen-terms',
    text: `select ${frozenColumns}, terms_mac as mac from candor.campaign where campaign_no = $1`,
    values: [campaignNo],
  });
  if (!rows[0]) throw new Error(`there is no campaign number ${campaignNo}`);
  return rows[0];
}

function macTerms(keys: CampaignKeys, row: TermsRow): Buffer {
  return keys.mac(
    'terms',
    frozen.map((_, index) => row[`f${index}`] ?? null),
  );
}

/** Vouches for the terms as they stand now, with the letters that there are: the last step of an import. */
export async function bindTerms(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<void> {
  const keys = await campaignKeys(on, keyring, campaignNo);
  await on.query({
    text: 'update candor.campaign set terms_mac = $2 where campaign_no = $1',
    values: [campaignNo, macTerms(keys, await readTerms(on, campaignNo))],
  });
}

/** Freezes the compiled letters, exactly as they will be rendered. */
export async function freezeLetters(
  on: Queryable,
  keyring: Keyring,
  campaignNo: CampaignNo,
  letters: readonly CompiledLetter[],
): Promise<void> {
  const keys = await campaignKeys(on, keyring, campaignNo);
  await on.query({
    text: `insert into candor.letter (campaign_no, audience, locale, subject, digest, compiled, mac)
           select $1, (l->>'audience')::candor.audience, l->>'locale', l->>'subject', l->>'digest', l, m
           from unnest($2::jsonb[], $3::bytea[]) as w (l, m)`,
    values: [
      campaignNo,
      letters.map((letter) => JSON.stringify(letter)),
      letters.map((letter) => macLetter(keys, { ...letter, compiled: letter })),
    ],
  });
}

/** Vouches for the letters as they stand now. */
export async function bindLetters(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<void> {
  const keys = await campaignKeys(on, keyring, campaignNo);
  for (const row of await letterRows(on, campaignNo))
    await on.query({
      text: 'update candor.letter set mac = $4 where campaign_no = $1 and audience = $2::candor.audience and locale = $3',
      values: [campaignNo, row.audience, row.locale, macLetter(keys, row)],
    });
}

/** A letter is vouched for as a whole, whatever the order in which a JSON column keeps its keys. */
function macLetter(keys: CampaignKeys, row: Omit<LetterRow, 'mac'>): Buffer {
  return keys.mac('letter', [row.audience, row.locale, row.subject, row.digest, canonicalJson(row.compiled)]);
}

interface LetterRow {
  audience: string;
  locale: string;
  subject: string;
  digest: string;
  compiled: CompiledLetter;
  mac: Buffer | null;
}

async function letterRows(on: Queryable, campaignNo: CampaignNo): Promise<LetterRow[]> {
  const { rows } = await on.query<LetterRow>({
    text: `select audience, locale, subject, digest, compiled, mac from candor.letter where campaign_no = $1 order by audience, locale`,
    values: [campaignNo],
  });
  return rows;
}

function misfitOfLetter(keys: CampaignKeys, row: LetterRow): Misfit | null {
  const { audience, locale } = row;
  const fits = sameMac(row.mac, macLetter(keys, row));
  return fits
    ? null
    : { table: 'letter', row: `${audience} in ${locale}`, found: 'it is not the letter that was frozen' };
}

/** The frozen letters of a campaign. Throws `record-changed` when one is not as it was frozen. */
export async function readLetters(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<CompiledLetter[]> {
  const keys = await campaignKeys(on, keyring, campaignNo);
  return (await letterRows(on, campaignNo)).map((row) => {
    const misfit = misfitOfLetter(keys, row);
    if (misfit !== null) throw recordChanged(keys.campaign, misfit);
    return row.compiled;
  });
}

/** What does not fit of what the launch froze. */
export async function misfitsOfTerms(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<Misfit[]> {
  const keys = await campaignKeys(on, keyring, campaignNo);
  const terms = await readTerms(on, campaignNo);
  const misfits = (await letterRows(on, campaignNo)).flatMap((row) => misfitOfLetter(keys, row) ?? []);
  return sameMac(terms.mac, macTerms(keys, terms))
    ? misfits
    : [
        {
          table: 'campaign',
          row: keys.campaign,
          found: 'its sender, relay, kit, file, counts or policies are not those of the launch',
        },
        ...misfits,
      ];
}

/** Throws `record-changed` when the letters or the terms of a campaign are not those of its launch. */
export async function expectBound(on: Queryable, keyring: Keyring, campaignNo: CampaignNo): Promise<void> {
  const misfits = await misfitsOfTerms(on, keyring, campaignNo);
  if (misfits.length === 0) return;
  throw recordChanged((await campaignKeys(on, keyring, campaignNo)).campaign, ...misfits);
}

/** JSON with the keys in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}
