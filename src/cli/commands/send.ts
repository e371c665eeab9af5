// candor send, the main job: plan, confirm, launch, work to the end. Nothing is stored before the
// confirmation; with --yes the file is read once, by the import itself.
import type { Command } from 'commander';
import type { Application, Confirmation, CreateRequest, LaunchPlan } from '../../campaigns/application.ts';
import type { Audience } from '../../domain/audience.ts';
import type { EncodingName } from '../../domain/encoding.ts';
import type { Start } from '../../domain/start.ts';
import { CandorError } from '../../domain/errors.ts';
import { toAcknowledge } from '../../domain/file-warnings.ts';
import { audience, each, encoding, once, perSecond, startAt, text, wholeNumber } from '../arguments.ts';
import { askNumber, askYesNo, asking, canAsk, type Ask } from '../ask.ts';
import { declare, type Run } from '../command.ts';
import { count, counted } from '../figures.ts';
import { workInForeground } from '../foreground.ts';
import { answeredOutcome, type Outcome } from '../outcome.ts';
import { renderPlan, toldTexts } from '../render-plan.ts';
import type { Session, SharedOptions } from '../session.ts';

export interface SendOptions extends SharedOptions {
  readonly kit?: string;
  readonly yes?: boolean;
  readonly expect?: number;
  readonly rate?: number;
  readonly first?: number;
  readonly at?: Start;
  readonly except?: readonly string[];
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly audience?: Audience;
  readonly encoding?: EncodingName;
}

type PlanRequest = Omit<CreateRequest, 'confirmation' | 'actor'>;

export function addSend(program: Command, run: Run, now: () => Date): void {
  declare(program, {
    name: 'send',
    summary: 'tell everybody in a recipient file: import, confirm, launch, work to the end',
    about:
      'Shows the plan and asks for the number of notices before anything is stored. Without SMTP_URL all mail goes to the built-in inbox: a rehearsal. Ctrl-C pauses the campaign and finishes what is on the wire; Ctrl-C again gives everything back at once; candor resume goes on from there.',
    examples: [
      ['candor send recipients.csv --kit templates/mixpanel-2025-11', 'asks before it launches'],
      [
        'candor send recipients.csv --kit templates/mixpanel-2025-11 --first 10',
        'ten notices, then it holds until candor resume',
      ],
      [
        'candor send recipients.csv --kit templates/mixpanel-2025-11 --yes --expect 20000 --rate 50 --json',
        'for a script',
      ],
    ],
  })
    .argument('<file>', 'the recipient file (CSV)', text)
    .option('--kit <dir>', 'the letters and facts of the incident; there is no default', once(text))
    .option('--yes', 'launch without asking; also leaves invalid rows out; recorded as unattended')
    .option('--expect <n>', 'launch only if the file makes exactly this many notices', once(wholeNumber(0)))
    .option('--rate <n>', 'at most so many notices per second (0.5 is one every two seconds)', once(perSecond))
    .option('--first <n>', 'work on so many notices, then hold until candor resume', once(wholeNumber(1)))
    .option('--at <time>', 'start later: 2026-01-31T09:30+07:00, 09:30 (local clock) or "in 2h"', once(startAt(now)))
    .option(
      '--except <campaign>',
      'leave out whoever that campaign has told the same, and at least these kinds of data; may be repeated',
      each(text),
    )
    .option('--again', 'send although this file was sent with this kit before')
    .option('--detach', 'launch and leave the work to candor worker or candor serve')
    .option('--audience <audience>', 'the audience of every row, for a file without that column', once(audience))
    .option(
      '--encoding <name>',
      'the code page of the file, where it is not UTF-8, UTF-16 or Windows-1252',
      once(encoding),
    )
    .action((file: string, options: SendOptions) => run(options, (session) => send(session, file, options)));
}

/** What these options ask for; the confirmation comes apart. */
export function toPlanRequest(file: string, kit: string, options: SendOptions): PlanRequest {
  return {
    path: file,
    kit,
    again: options.again === true,
    ...(options.audience === undefined ? {} : { audience: options.audience }),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    ...(options.except === undefined ? {} : { except: options.except }),
    ...(options.rate === undefined ? {} : { ratePerSecond: options.rate }),
    ...(options.first === undefined ? {} : { first: options.first }),
    ...(options.at === undefined ? {} : { start: options.at }),
  };
}

async function send(session: Session, file: string, options: SendOptions): Promise<Outcome> {
  if (options.kit === undefined) throw await kitRequired(session);
  if (options.yes !== true && !canAsk(session.surroundings)) throw new CandorError('confirmation-required');
  const application = await session.open('work');
  const request = toPlanRequest(file, options.kit, options);
  const confirmation: Confirmation =
    options.yes === true
      ? { kind: 'unattended', expect: options.expect ?? null }
      : await attended(session, application, request, options.expect ?? null);
  session.say('Importing the file…');
  const campaign = await application.create({ ...request, actor: session.actor, confirmation });
  return session.about(campaign, async () => {
    session.say(`Campaign ${campaign} stands in the ledger.`);
    // Who confirmed a plan has seen this; with --yes it is told and recorded.
    if (options.yes === true) for (const text of toldTexts(await application.status(campaign))) session.say(text);
    if (options.detach === true) return answeredOutcome(await application.status(campaign));
    return workInForeground(session, application, campaign);
  });
}

/** Shows the plan and has it confirmed. Throws when the person does not. */
async function attended(
  session: Session,
  application: Application,
  request: PlanRequest,
  expect: number | null,
): Promise<Confirmation> {
  session.say('Reading the file…');
  const plan = await application.plan(request);
  const { notices, rows, sha256 } = plan.report;
  if (expect !== null && expect !== notices)
    throw new CandorError('expect-mismatch', { expected: count(expect), found: count(notices) });
  if (notices === 0) throw new CandorError('nothing-to-tell', { rows: count(rows) });
  session.show(['', ...renderPlan(plan, session.errView, session.surroundings.clock.now()), '']);
  if (!(await asking(session.surroundings, (ask) => confirm(ask, plan)))) throw new CandorError('not-confirmed');
  return { kind: 'attended', notices, sha256, kitDigest: plan.kit.digest, locales: plan.report.locales };
}

/** Everything that is left out is acknowledged by itself; the number of notices comes last. */
async function confirm(ask: Ask, plan: LaunchPlan): Promise<boolean> {
  const { invalid, notices } = plan.report;
  if (
    invalid > 0 &&
    !(await askYesNo(ask, `Leave out the ${counted(invalid, 'invalid row')}? Whoever is in them is not told.`))
  )
    return false;
  if (
    plan.missingCategories.length > 0 &&
    !(await askYesNo(ask, 'Is it right that those kinds of data were not exposed?'))
  )
    return false;
  const marked = toAcknowledge(plan.report.warnings).map(({ column }) => column);
  if (
    marked.length > 0 &&
    !(await askYesNo(
      ask,
      `Is it right that marks for "nothing" count as exposed (${marked.join(', ')})? Each of them tells a person that this leaked.`,
    ))
  )
    return false;
  const what = plan.rehearsal ? 'To rehearse' : 'To launch';
  return askNumber(ask, `${what}, type the number of notices (${count(notices)}): `, notices);
}

async function kitRequired(session: Session): Promise<CandorError> {
  const kits = await (await session.open('none')).kits();
  const list = kits.map((kit) => `  ${kit.path}  (${kit.title})`).join('\n');
  return new CandorError('kit-required', { kits: list === '' ? '  (there is no kit in templates/)' : list });
}
