// candor doctor: what is wrong here, and what to do about it.
import type { Command } from 'commander';
import type { DoctorFinding } from '../../campaigns/application.ts';
import { CandorError } from '../../domain/errors.ts';
import { declare, type Run } from '../command.ts';
import { having, renderDoctor } from '../render-doctor.ts';
import type { Session, SharedOptions } from '../session.ts';

export interface DoctorOptions extends SharedOptions {
  readonly strict?: boolean;
}

export function addDoctor(program: Command, run: Run): void {
  declare(program, {
    name: 'doctor',
    summary: 'check configuration, ledger, queue, relay and the sender domain',
    about:
      'Looks, and changes nothing. Also counts every campaign again from its notices. Exit code 0 when it could look, whatever it found; with --strict 1 when it found a problem.',
    examples: [
      ['candor doctor', 'before the first launch, and when something is odd'],
      ['candor doctor --strict --json', 'for a monitor'],
    ],
  })
    .option('--strict', 'exit with 1 when there is a problem')
    .action((options: DoctorOptions) =>
      run(options, async (session) => {
        const findings = await examine(session);
        const problems = having(findings, 'problem');
        return {
          exit: options.strict === true && problems > 0 ? 1 : 0,
          json: { problems, warnings: having(findings, 'warning'), findings },
          text: (view) => renderDoctor(findings, view),
        };
      }),
    );
}

/** A ledger that cannot be reached is a finding, not the end of the examination; a bad configuration is an error. */
async function examine(session: Session): Promise<readonly DoctorFinding[]> {
  try {
    return await (await session.open('ledger')).doctor();
  } catch (error) {
    if (!(error instanceof CandorError) || error.code === 'config-invalid') throw error;
    return [{ subject: 'start', verdict: 'problem', finding: `${error.message} (${error.code})`, help: error.help }];
  }
}
