// The shape of a kit (a folder of facts, letters and words for one incident) and of its compiled letters.
import type { Audience } from './audience.ts';
import type { Category } from './category.ts';

/** Which kit, exactly. */
export interface KitShown {
  /** The folder that it was read from, absolute; null where that was not kept. */
  readonly path: string | null;
  /** The `id` of its kit.yaml. */
  readonly id: string;
  /** SHA-256 (hex) over all files of the kit, names included. */
  readonly digest: string;
  /** What a person should look at in its letters before anybody gets one; absent where nobody looked, or nothing was found. */
  readonly findings?: readonly KitFinding[];
}

/** What a check found in a letter that could be sent as it is. Codes are stable; the list is open. */
export interface KitFinding {
  readonly code: string;
  readonly level: 'warning';
  /** Folder and file name. */
  readonly file: string;
  readonly locale: string;
  /** What was found, for a person. */
  readonly message: string;
  readonly remedy: string;
}

/** `affected.en.mjml` or `kit.yaml: locales.en.facts.contact` → SHA-256 (hex). */
export type KitOutline = Readonly<Record<string, string>>;

/** A kit as read from its folder and checked. */
export interface Kit {
  /** The `id` of kit.yaml, for example `mixpanel-2025-11`. */
  readonly id: string;
  readonly title: string;
  /** SHA-256 (hex) over all files of the kit, names included. */
  readonly digest: string;
  /** Each file and each key of kit.yaml → SHA-256 (hex) of what it holds: to say what changed between two readings. */
  readonly outline: KitOutline;
  /** BCP 47 tags; every audience has a letter in each. */
  readonly locales: readonly string[];
  readonly defaultLocale: string;
  /** Domains that mail about this incident may come from, with their subdomains (kits/official-domain.ts); a launch over a relay that is not on loopback needs one of them in From. */
  readonly officialDomains: readonly string[];
  readonly letters: readonly LetterSource[];
  /** Facts by name and locale, for placeholders such as `{{fact.contact}}`. */
  readonly facts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the letters call each category, by locale. */
  readonly categoryWords: Readonly<Record<string, Readonly<Record<Category, string>>>>;
  /** The list of exposed data, by locale. Every category is in exactly one item. */
  readonly exposed: Readonly<Record<string, readonly ExposedItem[]>>;
  /** What marks a test letter, by locale. */
  readonly testMarks: Readonly<Record<string, TestMark>>;
}

/**
 * One line of the list of exposed data. It is printed when the record holds one of the categories of
 * `when`, and always when `when` is empty: the address of a record is always among its data.
 * `{which}` stands for the words of the categories that the record holds, `{list}` for the same within a sentence.
 */
export interface ExposedItem {
  readonly when: readonly Category[];
  readonly phrase: string;
}

/** The words that tell a test letter from a notice. */
export interface TestMark {
  /** Stands before the subject. */
  readonly subject: string;
  /** Stands above the letter. */
  readonly line: string;
}

/** One letter before compilation. */
export interface LetterSource {
  readonly audience: Audience;
  readonly locale: string;
  /** May hold facts. */
  readonly subject: string;
  /** MJML with placeholders, the kit's layout around it. */
  readonly mjml: string;
  /** Folder and file name, such as `mixpanel-2025-11/affected.es.mjml`, for error messages. */
  readonly file: string;
}

/** A compiled letter: plain data, frozen into the ledger at launch, all that a worker needs to render. */
export interface CompiledLetter {
  readonly audience: Audience;
  readonly locale: string;
  readonly subject: string;
  /** HTML with the per-notice placeholders still in it. */
  readonly html: string;
  /** Text alternative with the same placeholders. */
  readonly text: string;
  readonly categoryWords: Readonly<Record<Category, string>>;
  /** The list of exposed data; empty for the unaffected. */
  readonly exposed: readonly ExposedItem[];
  readonly testMark: TestMark;
  /** True when the letter prints the recipient's name; otherwise intake does not keep names (promise 8). */
  readonly printsName: boolean;
  /** SHA-256 (hex) over all of the above. */
  readonly digest: string;
}
