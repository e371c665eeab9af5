// Whether a cell of the first line is somebody's, not the name of a column: an address in any writing, a telephone
// number, an id that an account or a bank gives. Pure. In doubt it is: such a cell is shown by its place only, and a
// first line that has nothing better is no header. What is not promised: names of people cannot be told from words.
import { trimInvisible } from '../domain/invisible.ts';

export type PersonalReading = 'address' | 'number';

/** Longer cells are cut: an address or a number does not begin further behind. */
const looked = 2_000;

/** What the cell reads as; null for the name of a column. */
export function readsAsPerson(cell: string): PersonalReading | null {
  const text = plainText(cell.slice(0, looked));
  if (text === '') return null;
  if (isAddress(text)) return 'address';
  return isNumber(text) ? 'number' : null;
}

/** As it would be read aloud: without invisible characters and the writings that hide an @ from programs. */
function plainText(cell: string): string {
  const visible = trimInvisible(cell)
    .replace(/[\p{Cf}\p{DI}\u2800]+/gu, '')
    .normalize('NFKC')
    .replace(/\+AEA-/g, '@')
    .replace(/&(?:#0*64|#x0*40|commat);?|%40|=40|\\u0040|\\x40/gi, '@')
    .replace(/&(?:#0*46|#x0*2e|period);?|%2e|\\u002e/gi, '.');
  return visible.replace(/\s+/g, ' ').trim();
}

/** The words between which people write "at", and for the dot. */
const at = '(?:at|ät|arroba|chocciola|chiocciola|kukac|zavinac|zavináč|malpa|małpa|snabel-a|собака|aet|a|@)';
const dot = '(?:dot|punkt|punto|point|ponto|pont|tečka|tecka|kropka|točka|точка|titik|\\.)';
const open = '[[({<«|]';
const close = '[\\])}>»|]';

const addressWritings: readonly RegExp[] = [
  /[^\s@]\s?@+\s?[^\s@]/u,
  // Of an address whose @ was lost in a damaged file, the rest.
  /^(?:mailto|tel|sms|sips?|xmpp|im|callto|skype|whatsapp|fax|acct|urn:uuid)\s?:\s?\S/iu,
  new RegExp(`[^\\s]\\s?${open}\\s?${at}\\s?${close}\\s?[^\\s]`, 'iu'),
  new RegExp(
    `\\S[\\s_*-]+${at}[\\s_*-]+\\S+?(?:[\\s_*-]+|\\s?${open}\\s?)${dot}(?:[\\s_*-]+|\\s?${close}\\s?)\\p{L}{2,}`,
    'iu',
  ),
  /\S[\s_*-]+(?:at|arroba)[\s_*-]+[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}$/iu,
  // Angle brackets and a domain, as in `Name <jane£Àexample.com>` of a code page that has an @ of its own.
  /<[^<>\s]+\.\p{L}{2,}>/u,
  // Between a local part and a domain an @ of double width, read in the wrong code page (Shift_JIS, GBK, EUC-KR, Big5).
  /^[\w.+-]+[^\0-\x7f]{2}[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}$/iu,
];

function isAddress(text: string): boolean {
  return addressWritings.some((writing) => writing.test(text));
}

const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i;
/** A digest or an id in hexadecimal, a ULID, a tax number: no word has so many digits. */
const token = /^(?:(?=(?:\D*\d){3})(?:[\da-f]{16,}|[a-z\d]{20,})|(?=(?:\D*\d){6})[a-z\d]{12,})$/i;
/** `user-12345`, `org_2abX9`, `cus_9s6XKz`. */
const prefixedId =
  /^(?:user|usr|uid|org|organization|acct|account|cus|customer|client|member|id|proj|sub|auth0)[-_:#|.](?=\S*\d)[\w|-]{5,}$/i;
const iban = /^[A-Z]{2}\d{2}(?=(?:[^\d*X]*[\d*X]){4})[A-Z\d*]{11,30}$/i;
const ipV4 = /^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/;
const ipV6OrMac = /^(?=(?:[^:]*:){3})[\da-f:]{8,}(?:\/\d+)?$/i;
const link = /^[a-z][a-z\d+.-]*:\/\/\S/i;
/** Days stand over columns of figures: they are nobody's. */
const day =
  /^(?:(?:19|20)\d{2}[-/. ]?(?:0[1-9]|1[0-2])[-/. ]?(?:0[1-9]|[12]\d|3[01])|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{2}|\d{4}))(?:[T ]\d{1,2}:\d{2}.*)?$/;

/** Numbers that are given to somebody: telephone, account, card, identity; seven digits or more, and few letters. */
function isNumber(text: string): boolean {
  if (day.test(text)) return false;
  const compact = text.replace(/[\s-]+/g, '');
  if (uuid.test(text) || token.test(text) || prefixedId.test(text) || iban.test(compact)) return true;
  if (ipV4.test(text) || ipV6OrMac.test(text) || link.test(text)) return true;
  const digits = text.match(/\p{Nd}/gu)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  // `+1-800-FLOWERS` has three.
  if (/^\+\s?\d[\d\s()./-]*/.test(text) && digits + letters >= 7 && !/\p{L}\s+\p{L}/u.test(text)) return true;
  return digits >= 7 && letters <= Math.max(digits, phoneWord.exec(text)?.[0].length ?? 0);
}

/** `Tel.`, `Mobile:`, `Телефон` before a number. */
const phoneWord = /^\p{L}{1,12}[.:]?(?=\s)/u;
