// What a launch keeps of what it was shown, so that it can be told again of the campaign.
import type { FileWarning } from './check-report.ts';
import type { KitFinding } from './kit.ts';
import type { LeftOut } from './left-out.ts';

export interface LaunchRecord {
  readonly kitPath: string | null;
  /** What was to be looked at in the kit's letters; absent where nothing was. */
  readonly kitFindings?: readonly KitFinding[];
  readonly warnings: readonly FileWarning[];
  /** Null without `--except`. */
  readonly except: LeftOut | null;
}
