// The launch: everything that will happen on one page, and the number that has to be typed.
import { toAcknowledge } from '../../domain/file-warnings.ts';
import type { KitShown } from '../../domain/kit.ts';
import type { LeftOut } from '../../domain/left-out.ts';
import { count, counted, duration, pace } from '../figures.ts';
import { checkbox, errorSummary, field, note, prose, select, type FieldProblems } from '../form-parts.ts';
import { csrfField, type Frame } from '../frame.ts';
import { html, type Html } from '../html.ts';
import { page } from '../layout.ts';
import { kitLine, leftOutNote, warningNotes } from './file-parts.ts';
import type { CampaignLine } from '../ports.ts';
import type { Launching, LaunchTerms, LetterView } from '../ports/letters.ts';
import type { UploadView } from '../ports/uploads.ts';

export interface LaunchView {
  readonly upload: UploadView;
  /** On disk now: what a launch from this page would take. */
  readonly kit: KitShown;
  /** The digest of the kit whose letters were looked at; null: not told. */
  readonly looked: string | null;
  /** Of the campaign that was chosen to except; null: none was. */
  readonly leftOut: LeftOut | null;
  readonly terms: LaunchTerms;
  readonly letters: readonly LetterView[];
  /** Campaigns whose people may be left out. */
  readonly campaigns: readonly CampaignLine[];
  readonly problems: FieldProblems;
  readonly typed: (name: string) => string;
}

/** The page at `/uploads/:upload/launch`. */
export function launchPage(frame: Frame, view: LaunchView): Html {
  const { upload, kit, terms, letters } = view;
  const account = upload.report?.kind === 'account' ? upload.report.account : null;
  if (account === null)
    return page(frame, {
      title: 'Launch',
      section: 'uploads',
      body: note('wait', 'The file is not read yet', `Go back to its page.`),
    });
  const seconds = terms.ratePerSecond === null ? null : account.notices / terms.ratePerSecond;
  const marked = toAcknowledge(account.warnings);
  const changed = view.looked !== null && view.looked !== kit.digest;
  const subjectOf = (audience: string, locale: string): string =>
    letters.find((letter) => letter.audience === audience && letter.locale === locale)?.subject ?? '';
  return page(frame, {
    title: 'Launch',
    section: 'uploads',
    scripts: ['launch.js'],
    body: html`<p><a href="/uploads/${upload.id}">← ${upload.fileName}</a></p>${errorSummary(view.problems)}
<section class="sheet" aria-labelledby="launch"><div class="head"><h1 id="launch">What will happen</h1>${terms.rehearsal && html`<span class="badge plain wait">rehearsal</span>`}</div>
${terms.problem !== null && note('bad', terms.problem.message, prose(terms.problem.help))}${terms.rehearsal ? note('wait', 'This is a rehearsal: nothing leaves this machine', 'The letters go into the built-in inbox. Set SMTP_URL to tell people. A rehearsal never becomes real.') : note('bad', `${counted(account.notices, 'person', 'people')} will be told for real`, `Through ${terms.relay}.`)}
${changed && note('bad', 'The kit has changed since you looked at its letters', 'What goes out is what is on disk now. Look at the letters again before you confirm.')}${kitLine(kit)}${warningNotes(account.warnings)}
<dl class="fields"><dt>Who</dt><dd>${count(account.audiences.affected)} affected first, then ${count(account.audiences.unaffected)} unaffected</dd><dt>From</dt><dd>${terms.from}</dd><dt>Through</dt><dd class="mono">${terms.relay}</dd><dt>Rate</dt><dd>${terms.ratePerSecond === null ? 'no limit' : `at most ${pace(terms.ratePerSecond)}`}</dd><dt>How long</dt><dd>${seconds === null ? 'as fast as the relay takes them' : `about ${duration(seconds)} at that rate`}</dd></dl>
<table><thead><tr><th scope="col">Letter</th><th scope="col">Subject</th><th scope="col" class="n">Notices</th></tr></thead><tbody>${account.groups.map((group) => html`<tr><th scope="row"><a href="/uploads/${upload.id}/letters/${group.audience}/${group.locale}">${group.audience}, ${group.locale}</a></th><td>${subjectOf(group.audience, group.locale)}</td><td class="n">${count(group.notices)}</td></tr>`)}</tbody></table></section>
<form class="sheet" method="post" action="/uploads/${upload.id}/launch" id="launch-form" data-notices="${account.notices}">${csrfField(frame)}<input type="hidden" name="version" value="${upload.version}"><input type="hidden" name="kit" value="${kit.digest}">
<h2>Confirm</h2>${leftOutNote(view.leftOut)}
${account.invalid > 0 && checkbox({ name: 'invalid', label: html`${counted(account.invalid, 'invalid row gets', 'invalid rows get')} no notice. <a href="/uploads/${upload.id}/problems">See them</a>`, checked: view.typed('invalid') === 'yes', problems: view.problems })}
${account.missingCategories.length > 0 && checkbox({ name: 'missing', label: `The file has no column for ${account.missingCategories.join(', ')}: these were not exposed for anybody.`, checked: view.typed('missing') === 'yes', problems: view.problems })}
${marked.length > 0 && checkbox({ name: 'marks', label: `Cells with nothing but a mark for “nothing” count as exposed (${marked.map(({ column, rows }) => `${column ?? ''}: ${counted(rows, 'row')}`).join(', ')}): their people are told that this leaked.`, checked: view.typed('marks') === 'yes', problems: view.problems })}
${upload.same.campaigns.length > 0 && checkbox({ name: 'again', label: 'This very file was launched before. The same people are told again, on purpose.', checked: view.typed('again') === 'yes', problems: view.problems })}
${field({ name: 'notices', label: `Type the number of notices: ${count(account.notices)}`, inputmode: 'numeric', value: view.typed('notices'), small: true, problems: view.problems })}
<details class="more"><summary>Rate, first letters, start, people to leave out</summary>
${field({ name: 'rate', label: 'Letters per second', hint: terms.rateRequired ? 'Needed for this relay. It holds for all campaigns on it.' : 'It holds for all campaigns on this relay.', inputmode: 'decimal', value: view.typed('rate') || (terms.ratePerSecond === null ? '' : String(terms.ratePerSecond)), small: true, problems: view.problems })}
${field({ name: 'first', label: 'Only the first so many, then wait for my yes', inputmode: 'numeric', value: view.typed('first'), small: true, problems: view.problems })}
${field({ name: 'start', label: 'Start at (UTC)', type: 'datetime-local', hint: 'Empty: at once.', value: view.typed('start'), small: true, problems: view.problems })}
${view.campaigns.length > 0 && select({ name: 'except', label: 'Leave out whom another campaign has told the same, and at least these kinds of data', options: [{ value: '', text: 'nobody' }, ...view.campaigns.map((line) => ({ value: line.campaign, text: `${line.title}, ${line.campaign}` }))], chosen: view.typed('except'), problems: view.problems })}${view.campaigns.length > 0 && html`<p><button class="second" name="ask" value="except">Count whom it leaves out</button></p>`}</details>
<p class="buttons"><button class="${terms.rehearsal ? '' : 'danger'}">${terms.rehearsal ? 'Launch the rehearsal' : `Tell ${counted(account.notices, 'person', 'people')}`}</button><a href="/uploads/${upload.id}">Not yet</a></p></form>`,
  });
}

/** The page at `/uploads/:upload/launching`. */
export function launchingPage(frame: Frame, view: { upload: UploadView; launching: Launching | null }): Html {
  const { upload, launching } = view;
  const problem = launching?.problem ?? null;
  const under = launching !== null && problem === null;
  return page(frame, {
    title: problem === null ? 'Launching' : 'Not launched',
    section: 'uploads',
    live: under,
    body: html`<div id="live" data-live="${under ? 'yes' : 'no'}" data-next="${upload.campaign === null ? '' : `/campaigns/${upload.campaign}`}">${
      upload.campaign !== null
        ? html`<section class="sheet"><h1>Launched</h1><p><a class="button" href="/campaigns/${upload.campaign}">Watch it</a></p></section>`
        : problem !== null
          ? html`<section class="sheet"><h1>Nothing was launched</h1>${note('bad', problem.message, prose(problem.help))}<p class="quiet mono">${problem.code}</p><p><a class="button" href="/uploads/${upload.id}/launch">Back to the launch</a></p></section>`
          : under
            ? html`<section class="sheet"><h1>Launching</h1><p role="status">${launching?.by} has confirmed it. The notices are written into the ledger: all of them stand at once, or none. A million take some half a minute.</p><progress aria-label="Launching"></progress></section>`
            : html`<section class="sheet"><h1>Nothing was launched</h1><p>The launch was broken off, and nothing of it was kept.</p><p><a class="button" href="/uploads/${upload.id}/launch">Back to the launch</a></p></section>`
    }</div>`,
  });
}
