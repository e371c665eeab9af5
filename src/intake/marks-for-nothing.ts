// Cells that say "nothing" and are not empty: what R, pandas, SQL tools, warehouses and spreadsheets write where
// there is no value. Such a cell counts as exposed like any other, because a city may be called No: it is told, with
// its rows, and a person decides. Pure. Nearly every cell is told apart by its length and its first character.
import { trimInvisible } from '../domain/invisible.ts';

/**
 * `nothing`, whatever the column; `no`, which is a country, too; `negative` and `positive`, which mean something only
 * where a column answers yes or no; null for any other cell.
 */
export type CellMark = 'nothing' | 'no' | 'negative' | 'positive' | null;

/** In lower case, without blanks, quotation marks and brackets around it. */
const nothing: readonly string[] = [
  // SQL tools, Snowflake, BigQuery, Hive, Postgres and MySQL dumps; DBeaver, DataGrip and Oracle add brackets.
  ...['null', '\\n', '\\\\n', 'nil', 'nul', 'dbnull', 'undefined', 'undef', '__hive_default_partition__'],
  // R, pandas, NumPy, Julia, C libraries.
  ...['na', 'nan', '-nan', '+nan', 'none', 'nat', 'pd.na', 'np.nan', 'missing', 'nothing', 'na_character_'],
  ...['1.#ind', '-1.#ind', '1.#qnan', '-1.#qnan', '#n/a n/a', 'sysmis'],
  ...['n/a', 'n.a.', 'n.a', 'n. a.', 'n/d', 'n.d.', 'n/k', 's/d', 's/n', 's.d.', 'n/v', 'n.v.', 'n/b', 'n.b.', 'i/t'],
  ...[
    'not available',
    'not applicable',
    'not set',
    'not provided',
    'not known',
    'not specified',
    'no value',
    'no data',
  ],
  ...['notset', 'unset', 'unknown', 'unspecified', 'empty', 'blank', 'no entry', 'ninguno', 'ninguna'],
  ...['kein', 'keine', 'keiner', 'keines', 'keine angabe', 'keine angaben', 'k.a.', 'k. a.', 'k.a', 'k/a', 'unbekannt'],
  ...['leer', 'nichts', 'aucun', 'aucune', 'néant', 'vide', 'inconnu', 'nulo', 'vacío', 'vacio'],
  ...['desconocido', 'sin datos', 'no disponible', 'nenhum', 'nenhuma', 'vazio', 'desconhecido', 'nessuno', 'nessuna'],
  ...['vuoto', 'nullo', 'geen', 'leeg', 'onbekend', 'brak', 'puste', 'nieznany', 'ingen', 'inget', 'saknas', 'okänd'],
  ...[
    'tidak ada',
    'kosong',
    'yok',
    'нет данных',
    'нет',
    'пусто',
    'неизвестно',
    '不明',
    'なし',
    '无',
    '無',
    '空',
    '없음',
  ],
  ...['false', '0', '0.0', '0,0', 'falsch', 'faux', 'falso', 'onwaar', 'fałsz', 'falskt', 'ложь'],
  // Missing values that R, Excel and LibreOffice write without the mark of an error.
  ...['#nv', '#na', '#n/a', '#n/d', '#n/b', '#i/t', '#yok', '#hiányzik', '#není_k_dispozici', '#н/д', '#getting_data'],
];
const negative: readonly string[] = [
  'n',
  'f',
  'nein',
  'non',
  'nee',
  'nej',
  'nei',
  'nie',
  'não',
  'nao',
  'hayır',
  'tidak',
];
const positive: readonly string[] = [
  ...['yes', 'y', 'true', 't', '1', '1.0', '1,0', 'x', 'ja', 'j', 'wahr', 'oui', 'o', 'vrai', 'si', 'sí', 'sì', 's'],
  ...['sim', 'verdadero', 'verdadeiro', 'vero', 'tak', 'prawda', 'да', 'истина', 'evet', 'ya', 'sant', 'waar'],
];

const marks: ReadonlyMap<string, CellMark> = new Map<string, CellMark>([
  ...nothing.map((mark) => [mark, 'nothing'] as const),
  ['no', 'no'],
  ...negative.map((mark) => [mark, 'negative'] as const),
  ...positive.map((mark) => [mark, 'positive'] as const),
]);

const longestMark = 28;
/** For each first character below 128, the lengths of the marks that begin so, as bits. */
const lengths = new Uint32Array(128);
for (const mark of marks.keys()) {
  for (const first of [mark, mark.toUpperCase()]) {
    const code = first.charCodeAt(0);
    if (code < 128) lengths[code]! |= 1 << mark.length;
  }
}
/** An error of a spreadsheet in any language (`#REF!`, `#¿NOMBRE?`, `#DIV/0!`, `Err:502`), or a column too narrow to show. */
const spreadsheetError =
  /^(?:#[¡¿]?[\p{L}][\p{L}\d_/ .]*[!?]|#{2,}|(?:err|error|erreur|errore|fehler|erro|fout) ?: ?\d{3})$/iu;
const wrapped = /^(?:'(.*)'|"(.*)"|`(.*)`|\((.*)\)|\[(.*)\]|<(.*)>|\{(.*)\}|«(.*)»|“(.*)”)$/s;

/** What the cell says besides its value; see `CellMark`. */
export function cellMark(cell: string): CellMark {
  const length = cell.length;
  if (length === 0 || length > longestMark) return null;
  const first = cell.charCodeAt(0);
  // Letters and digits at both ends: nothing to take off, and the length decides nearly always.
  if (isWordCode(first) && isWordCode(cell.charCodeAt(length - 1))) {
    if ((lengths[first]! & (1 << length)) !== 0)
      return names.has(cell) ? null : (marks.get(cell.toLowerCase()) ?? null);
    return mayBeError(first) && cell.includes(':') && spreadsheetError.test(cell) ? 'nothing' : null;
  }
  return lookUp(bare(cell));
}

function isWordCode(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** E or F, as in `Err:502` and `Fehler:502`. */
function mayBeError(first: number): boolean {
  const lower = first | 0x20;
  return lower === 0x65 || lower === 0x66;
}

/** Without blanks, quotation marks and brackets around it, whichever stand outside. */
function bare(cell: string): string {
  let text = trimInvisible(cell);
  for (let match = wrapped.exec(text); match !== null; match = wrapped.exec(text))
    text = trimInvisible(match.slice(1).find((inner) => inner !== undefined) ?? '');
  return text;
}

/** People and places: `NaN`, `nan` and `NAN` are marks, Nan is somebody's name. */
const names: ReadonlySet<string> = new Set(['Na', 'Nan', 'Nat', 'Nil', 'Nul']);

function lookUp(text: string): CellMark {
  if (names.has(text)) return null;
  const known = marks.get(text.toLowerCase());
  if (known !== undefined) return known;
  // Dashes, dots, question marks, `{}`: no letter and no digit says nothing.
  if (!/[\p{L}\p{N}]/u.test(text)) return 'nothing';
  return spreadsheetError.test(text) ? 'nothing' : null;
}
