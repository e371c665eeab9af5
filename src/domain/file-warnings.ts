// What a person is told of a file that can be used and may be meant otherwise: one function for every door. Pure;
// from counts only, so that no message can quote a cell.
import type { FileFindings, FileWarning } from './check-report.ts';

/** The warnings of a file, those about columns in the order of the categories. */
export function fileWarnings(findings: FileFindings): FileWarning[] {
  return [...markWarnings(findings), ...encodingWarnings(findings), ...shapeWarnings(findings)];
}

/**
 * Everything that every door tells of a file before a launch: what may be meant otherwise, then how many affected rows
 * each category column tells of an exposure.
 */
export function warningsToShow(report: {
  readonly findings: FileFindings;
  readonly warnings: readonly FileWarning[];
}): readonly FileWarning[] {
  return [...report.warnings, ...exposureWarnings(report.findings)];
}

/** How often a column tells that its kind of data leaked: a filled cell is enough, whatever it says. */
function exposureWarnings({ exposure, affectedRows }: FileFindings): FileWarning[] {
  return exposure.flatMap(({ category, rows }): FileWarning[] => {
    if (rows === 0) return [];
    const counts = `${category}: exposed for ${number(rows)} of ${number(affectedRows)} affected ${affectedRows === 1 ? 'row' : 'rows'}`;
    return rows < affectedRows
      ? [{ code: 'exposed', column: category, message: `${counts}.`, rows }]
      : [
          {
            code: 'exposed-for-everybody',
            column: category,
            message: `${counts}, which is every one of them: make sure that the column tells what leaked, and not merely what is known.`,
            rows,
          },
        ];
  });
}

/** Those of which a person has to say that they are meant, before a launch. */
export function toAcknowledge(warnings: readonly FileWarning[] = []): readonly FileWarning[] {
  return warnings.filter(({ code }) => code === 'marks-for-nothing');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function markWarnings({ exposure, unaffectedMarkedNames }: FileFindings): FileWarning[] {
  return exposure.flatMap(({ category, markerRows }) => {
    const rows = markerRows + (category === 'name' ? unaffectedMarkedNames : 0);
    if (rows === 0) return [];
    const where = `${category}: ${rowsHave(rows)} nothing but a mark for "nothing" (such as NULL, NA, \\N, #N/A, -, 0 or no)`;
    const printed = category === 'name' ? ', and a letter that greets by name would print it' : '';
    const message = `${where}. Any cell that is not empty counts as exposed${printed}: make such cells empty.`;
    return [{ code: 'marks-for-nothing', column: category, message, rows }];
  });
}

/** What to do, at whichever door. */
const nameIt =
  'Save it as "CSV UTF-8", or name its code page: --encoding NAME, or the choice on the page of the upload';

const strangeName = `a name that makes little sense as Windows-1252, which the file was read as. It is likely of another code page (Polish, Cyrillic, Greek, Chinese, Japanese, Korean, DOS, Macintosh), and letters would greet by a garbled name. ${nameIt}.`;
const garbledName =
  'a name that was garbled before it came here (such as Ã© for é, or a question mark for a letter). Export the file again from where the names are right.';

function encodingWarnings({
  doubtfulNames,
  doubtfulAddresses,
  rowsPerhapsUtf8,
  encoding,
  encodingName,
}: FileFindings): FileWarning[] {
  const found: FileWarning[] = [
    {
      code: 'encoding-doubtful',
      column: 'name',
      message: `name: ${rowsHave(doubtfulNames)} ${encoding === 'windows-1252' ? strangeName : garbledName}`,
      rows: doubtfulNames,
    },
    {
      code: 'encoding-doubtful',
      column: 'email',
      message: `email: ${rowsHave(doubtfulAddresses)} an address with letters outside ASCII, read as Windows-1252. A file from another code page (Polish, Cyrillic, Thai or Japanese Excel) looks the same and would be addressed wrongly. ${nameIt}.`,
      rows: doubtfulAddresses,
    },
    {
      code: 'encoding-doubtful',
      column: null,
      message: `The file was read as ${encodingName}, as was asked, and all of it is valid UTF-8, which is hardly ever by chance. Read it without that choice if names look garbled.`,
      rows: rowsPerhapsUtf8,
    },
  ];
  return found.filter(({ rows }) => rows > 0);
}

function shapeWarnings({
  quotedAddresses,
  filledRows,
  extraCellRows,
  unprintedNames,
  rowsPerhapsUtf8,
}: FileFindings): FileWarning[] {
  const found: FileWarning[] = [
    {
      code: 'name-not-printed',
      column: 'name',
      message: `name: ${rowsHave(unprintedNames)} a name that does not read as one: it holds a link, a number to call or a sentence, or is too long. Whoever opened the account chose it, so no letter prints it; these people get the letter's words without a name.`,
      // Of a file in the wrong code page no name reads as one.
      rows: rowsPerhapsUtf8 > 0 ? 0 : unprintedNames,
    },
    {
      code: 'address-doubtful',
      column: 'email',
      message: `email: ${rowsHave(quotedAddresses)} an address that begins with an apostrophe or a grave accent. Mailboxes hardly ever do; it is what a spreadsheet marks text with: take it off.`,
      rows: quotedAddresses,
    },
    {
      code: 'cells-missing',
      column: null,
      message: `${rowsHave(filledRows)} fewer cells than the header. Spreadsheets leave out empty cells at the end of a row, so they were taken as empty: not exposed. If the file was cut off or a line break stands in a cell, export it again.`,
      rows: filledRows,
    },
    {
      code: 'cells-extra',
      column: null,
      message: `${rowsHave(extraCellRows)} one more cell than the header, which is empty; it was left out.`,
      rows: extraCellRows,
    },
  ];
  return found.filter(({ rows }) => rows > 0);
}

function rowsHave(rows: number): string {
  return rows === 1 ? '1 row has' : `${number(rows)} rows have`;
}
