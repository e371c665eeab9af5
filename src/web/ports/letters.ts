// What the pages need to show letters, to send a test, and to launch.
import type { LaunchPlan } from '../../campaigns/application.ts';
import type { RowLetter } from '../../campaigns/letter-of-row.ts';
import type { Audience } from '../../domain/audience.ts';
import type { CategoryBits } from '../../domain/category.ts';
import type { KitShown } from '../../domain/kit.ts';
import type { LeftOut } from '../../domain/left-out.ts';
import type { Operator } from './access.ts';
import type { UploadView } from './uploads.ts';

export interface LetterView {
  readonly audience: Audience;
  readonly locale: string;
  readonly subject: string;
  /** The first words of the letter itself. */
  readonly opening: string;
  readonly html: string;
  readonly text: string;
  /** The MIME message. */
  readonly source: string;
}

/** The letters of one reading of a kit. */
export interface ShownLetters {
  readonly kit: KitShown;
  readonly letters: readonly LetterView[];
}

export interface LettersPort {
  /** Every letter of a kit as it is on disk now, with every category (null) or those given. */
  letters(kit: string, categories: CategoryBits | null): Promise<ShownLetters>;
  /** The notice that a row of the upload belongs to. */
  row(upload: string, row: number): Promise<RowLetter>;
  /**
   * Sends test letters to one's own address; answers how many the relay accepted. `kitDigest`: of the kit that was
   * shown; null: whichever is on disk. Throws `kit-changed`, `test-letter-failed`, `test-letters-throttled`,
   * `address-invalid`.
   */
  test(
    kit: string,
    request: {
      audience: Audience | null;
      locale: string | null;
      to: string;
      kitDigest: string | null;
      operator: Operator;
    },
  ): Promise<number>;
}

/** What a launch from here would use. */
export interface LaunchTerms extends Pick<LaunchPlan, 'rehearsal' | 'relay' | 'from' | 'ratePerSecond'> {
  /** True when a rate must be stated. */
  readonly rateRequired: boolean;
  /** Why no launch can begin until a person has changed something outside; null: nothing. */
  readonly problem: { readonly code: string; readonly message: string; readonly help: string } | null;
}

export interface LaunchRequest {
  readonly version: number;
  /** Of the kit that was shown; another one on disk is refused. Null: the one that the account was made with. */
  readonly kitDigest: string | null;
  readonly notices: number;
  readonly ratePerSecond: number | null;
  readonly first: number | null;
  readonly startAt: Date | null;
  readonly except: string | null;
  readonly again: boolean;
  readonly operator: Operator;
}

/** A launch that this process works on, or that has failed here. */
export interface Launching {
  readonly by: string;
  readonly problem: { readonly code: string; readonly message: string; readonly help: string } | null;
}

export interface LaunchPort {
  terms(): Promise<LaunchTerms>;
  /** Whom a launch would leave out for the sake of another campaign, and whom not. Reads the file. Throws `campaign-unknown`. */
  leftOut(upload: UploadView, except: string): Promise<LeftOut>;
  /** Begins to import and launch in the background. Throws `kit-changed`, `upload-changed`, `upload-launched`, `upload-unknown`. */
  launch(upload: UploadView, request: LaunchRequest): Promise<void>;
  launching(upload: string): Launching | null;
}
