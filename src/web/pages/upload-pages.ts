// Choosing a file, and the whole account of one that came.
import { categories } from '../../domain/category.ts';
import { codePages, encodingNamed } from '../../domain/encoding.ts';
import { count, counted, moment } from '../figures.ts';
import { errorSummary, note, prose, select, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { kitLine, warningNotes } from './file-parts.ts';
import type { UploadAccount, UploadFault } from '../../campaigns/upload-report.ts';
import type { UploadView } from '../ports/uploads.ts';

/** The page at `/uploads/new`. */
export function newUploadPage(
  frame: Frame,
  view: { kits: readonly { id: string; title: string }[]; problems: FieldProblems },
): Html {
  const [first] = view.kits;
  return page(frame, {
    title: 'Upload',
    section: 'uploads',
    scripts: ['upload.js'],
    body: html`<section class="sheet narrow"><h1>Upload the recipients</h1>${errorSummary(view.problems)}
<p>A CSV file with a header. It needs a column <code>email</code>, and <code>audience</code> with <code>affected</code> or <code>unaffected</code>. Columns like <code>city</code> or <code>browser</code> say what was exposed: only whether a cell is filled is kept, never what it holds.</p>
<form method="post" action="/uploads" enctype="multipart/form-data" id="upload">${csrfField(frame)}
${view.kits.length > 1 ? select({ name: 'kit', label: 'Which letters?', options: view.kits.map(({ id, title }) => ({ value: id, text: title })), chosen: first?.id ?? '' }) : html`<input type="hidden" name="kit" value="${first?.id ?? ''}"><p class="quiet">Letters: ${first?.title}</p>`}
<div class="field"><label for="file">Recipient file</label><p class="hint" id="file-hint">CSV, up to 1 GB. It is sealed as it comes in, and deleted at launch or after 24 hours.</p>
<input type="file" id="file" name="file" accept=".csv,.tsv,.txt,text/csv" aria-describedby="file-hint"></div>
<progress id="progress" max="100" value="0" hidden aria-label="Upload"></progress><p id="told" role="status"></p>
<button>Upload and check</button></form>
<p class="quiet">Nothing is mailed by uploading.</p></section>`,
  });
}

/** The page at `/uploads/:upload`. */
export function uploadPage(frame: Frame, upload: UploadView, problems: FieldProblems = {}): Html {
  const reading = upload.state === 'reading';
  return page(frame, {
    title: reading ? 'Reading the file' : upload.state === 'unusable' ? 'This file cannot be used' : 'The file',
    section: 'uploads',
    live: reading,
    body: html`<div id="live" data-live="${reading ? 'yes' : 'no'}">${errorSummary(problems)}${body(frame, upload)}</div>`,
  });
}

function body(frame: Frame, upload: UploadView): Html {
  if (upload.campaign !== null)
    return html`<section class="sheet"><h1>Launched</h1><p>This file became <a href="/campaigns/${upload.campaign}">campaign ${upload.campaign}</a>. The file itself is deleted.</p></section>`;
  if (upload.report === null) {
    return html`<section class="sheet"><h1>Reading ${upload.fileName}</h1><p role="status">${upload.rowsRead === 0 ? 'It has begun.' : `${counted(upload.rowsRead, 'row')} so far.`}</p><progress aria-label="Reading"></progress><p class="quiet">A million rows take some ten seconds. This page shows the account when it is there.</p></section>`;
  }
  if (upload.report.kind === 'fault')
    return html`${faultSheet(upload.report.fault)}${columnsSheet(frame, upload, upload.report.fault.header, {}, true)}${deleteSheet(frame, upload)}`;
  const { account } = upload.report;
  return html`${accountSheet(upload, account)}${columnsSheet(frame, upload, account.header, account.columns, false)}${deleteSheet(frame, upload)}`;
}

function faultSheet(fault: UploadFault): Html {
  return html`<section class="sheet"><h1>This file cannot be used</h1>${note('bad', fault.message, prose(fault.help))}<p class="quiet under"><span class="mono">${fault.code}</span><a href="/uploads/new">Upload another file</a></p></section>`;
}

function accountSheet(upload: UploadView, account: UploadAccount): Html {
  return html`<section class="sheet" aria-labelledby="account"><div class="head"><h1 id="account">${upload.fileName}</h1></div>
<p class="quiet">${upload.kitTitle} · uploaded by ${upload.actor}, ${moment(upload.createdAt)}; deleted ${moment(upload.keptUntil)}</p>${account.kit !== undefined && kitLine(account.kit)}
${sameNote(upload)}
<p class="lead"><strong>${counted(account.notices, 'person', 'people')}</strong> will be told: ${count(account.audiences.affected)} that their data is affected, ${count(account.audiences.unaffected)} that theirs is not.</p>
<p class="equation"><span><b>${count(account.rows)}</b> rows</span><span>=</span><span><b>${count(account.notices)}</b> notices</span><span>+</span><span><b>${count(account.merged)}</b> merged</span><span>+</span><span><b>${count(account.invalid)}</b> invalid</span></p>
${account.invalid > 0 && html`<div class="note wait"><p><strong>${counted(account.invalid, 'row is', 'rows are')} invalid and would get no notice</strong></p><p><a href="/uploads/${upload.id}/problems">See them in the rows</a> · <a href="/uploads/${upload.id}/invalid.csv">Download them with the reasons</a></p></div>`}
${account.conflicts > 0 && note('wait', `${counted(account.conflicts, 'address has', 'addresses have')} rows that disagree`, html`Some of their rows say affected, others unaffected. The affected letter goes out. ${disagreeing(upload.id, account)}`)}
${account.missingCategories.length > 0 && note('wait', 'Some kinds of data have no column', `The file says nothing about ${account.missingCategories.join(', ')}. The letters will not list them as exposed; you confirm that at launch.`)}
${warningNotes(account.warnings)}
<h2 class="spaced">Who gets which letter</h2>
<table><thead><tr><th scope="col">Audience</th><th scope="col">Language</th><th scope="col" class="n">Notices</th></tr></thead><tbody>${account.groups.map((group) => html`<tr><th scope="row"><a href="/uploads/${upload.id}/letters/${group.audience}/${group.locale}">${group.audience}</a></th><td>${group.locale}</td><td class="n">${count(group.notices)}</td></tr>`)}</tbody></table>
${account.localeFallbacks > 0 && html`<p class="quiet">${counted(account.localeFallbacks, 'notice has', 'notices have')} no language that these letters speak; they get the kit’s default.</p>`}
<details class="more"><summary>The largest recipient domains</summary><table><tbody>${account.domains.map(({ domain, notices }) => html`<tr><th scope="row">${domain}</th><td class="n">${count(notices)}</td></tr>`)}</tbody></table></details>
<p class="buttons"><a class="button" href="/uploads/${upload.id}/letters">Look at the letters</a><a class="button second" href="/uploads/${upload.id}/launch">Go on to the launch</a></p></section>`;
}

/** So many rows that disagree are shown; the API has more. */
const shownConflicts = 20;

/** Where the file contradicts itself, by the row that shows it. */
function disagreeing(upload: string, { conflicts, conflictRows = [] }: UploadAccount): Html | null {
  const shown = conflictRows.slice(0, shownConflicts);
  if (shown.length === 0) return null;
  const more = conflicts - shown.length;
  const rows = html`${shown.map((row, index) => html`${index > 0 && ', '}<a href="/uploads/${upload}/rows?row=${row}">${row}</a>`)}${more > 0 && ` and ${count(more)} more`}`;
  return conflicts === 1
    ? html`Row ${rows} says otherwise than an earlier row of its address.`
    : html`Rows ${rows} say otherwise than an earlier row of their address.`;
}

function sameNote(upload: UploadView): Html | null {
  const { campaigns, uploads } = upload.same;
  if (campaigns.length > 0)
    return html`<div class="note bad"><p><strong>This very file was launched before</strong></p><p>${campaigns.map(({ id, state }) => html`<a href="/campaigns/${id}">Campaign ${id}</a> (${state}) `)} Launching it again tells the same people twice.</p></div>`;
  if (uploads.length > 0)
    return html`<div class="note wait"><p><strong>This very file was uploaded before</strong></p><p>${uploads.map((id) => html`<a href="/uploads/${id}">Upload ${id}</a> `)}</p></div>`;
  return null;
}

const columnNames = ['email', 'audience', 'locale', ...categories] as const;
const columnTexts: Readonly<Record<string, string>> = {
  email: 'Email address',
  audience: 'Audience: affected or unaffected',
  locale: 'Language',
  name: 'Name',
  organization_id: 'Organisation id',
  user_id: 'User id',
  city: 'City',
  region: 'Region',
  country: 'Country',
  os: 'Operating system',
  browser: 'Browser',
  referrer: 'Referrer',
};

function isAboutEncoding({ report }: UploadView): boolean {
  return report?.kind === 'fault' && report.fault.code.startsWith('encoding-');
}

function nameOfEncoding(name: string): string {
  const known = encodingNamed(name);
  return known === null ? name : codePages[known];
}

/** The widest list to choose from; further columns are for the API. */
const offeredColumns = 500;

function columnsSheet(
  frame: Frame,
  upload: UploadView,
  header: readonly string[],
  found: Readonly<Record<string, string>>,
  open: boolean,
): Html | null {
  // Where not even a header can be read, the encoding can still be named.
  if (header.length === 0 && !isAboutEncoding(upload)) return null;
  const cells = header.slice(0, offeredColumns);
  const form = html`<form method="post" action="/uploads/${upload.id}/mapping">${csrfField(frame)}<input type="hidden" name="version" value="${upload.version}">
${select({
  name: 'encoding',
  label: 'Encoding: if names look garbled, or the file cannot be read',
  options: [
    {
      value: '',
      text:
        upload.report?.kind === 'account' && upload.encoding === null
          ? `as found: ${nameOfEncoding(upload.report.account.encoding)}`
          : 'as found',
    },
    ...Object.entries(codePages).map(([value, text]) => ({ value, text: `${text}: ${value}` })),
  ],
  chosen: upload.encoding ?? '',
})}
<p class="hint">A column for a kind of data (name, city, browser…) tells every affected person with a filled cell in it that this leaked, whatever the cell says. Leave it out where the column merely says what is known.</p>
<div class="columns">${(header.length === 0 ? [] : columnNames).map((name) =>
    select({
      name: `column-${name}`,
      label: columnTexts[name] ?? name,
      options: [
        { value: '', text: found[name] === undefined ? 'not in this file' : `as found: ${found[name]}` },
        ...cells.map((cell, index) => ({ value: String(index + 1), text: cell })),
      ],
      chosen: String(upload.mapping[name] ?? ''),
    }),
  )}</div>
${select({
  name: 'audience',
  label: 'If the file has no audience column: everybody in it is',
  options: [
    { value: '', text: 'the file says it' },
    { value: 'affected', text: 'affected' },
    { value: 'unaffected', text: 'unaffected' },
  ],
  chosen: upload.audience ?? '',
})}
<button class="second">Read the file again with these columns</button></form>`;
  return html`<section class="sheet" aria-labelledby="columns"><h2 id="columns">Columns</h2>
${!open && html`<table><thead><tr><th scope="col">Meaning</th><th scope="col">Column of the file</th></tr></thead><tbody>${Object.entries(found).map(([name, cell]) => html`<tr><th scope="row">${columnTexts[name] ?? name}</th><td>${cell}</td></tr>`)}</tbody></table>`}
${upload.report?.kind === 'account' && upload.report.account.ignoredColumns.length > 0 && html`<p class="quiet">Ignored, and not kept: ${upload.report.account.ignoredColumns.join(', ')}</p>`}
${open ? form : html`<details class="more"><summary>A column means something else</summary>${form}</details>`}</section>`;
}

function deleteSheet(frame: Frame, upload: UploadView): Html {
  return html`<form method="post" action="/uploads/${upload.id}/delete">${csrfField(frame)}<button class="plain">Delete this file now</button></form>`;
}
