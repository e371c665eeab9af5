// What a launch keeps of what it was shown, so that it can be told again of the campaign.
import type { FileWarning } from './check-report.ts';
import type { LeftOut } from './left-out.ts';

export interface LaunchRecord {
  readonly kitPath: string | null;
  readonly warnings: readonly FileWarning[];
  /** Null without `--except`. */
  readonly except: LeftOut | null;
}
