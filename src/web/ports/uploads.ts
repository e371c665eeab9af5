// What the pages need of uploads.
import type { Audience } from '../../domain/audience.ts';
import type { EncodingName } from '../../domain/encoding.ts';
import type { UploadReport } from '../../campaigns/upload-report.ts';

export interface UploadLine {
  readonly id: string;
  readonly fileName: string;
  readonly state: 'receiving' | 'reading' | 'read' | 'unusable' | 'launched';
  readonly notices: number | null;
  readonly createdAt: Date;
  readonly actor: string;
}

export interface UploadView extends UploadLine {
  readonly kit: string;
  readonly kitTitle: string;
  readonly octets: number;
  readonly rowsRead: number;
  /** Goes up with each change of the columns. */
  readonly version: number;
  readonly audience: Audience | null;
  /** Canonical column → number of the column, the first being 1. */
  readonly mapping: Readonly<Record<string, number>>;
  /** As a person named it; null: the octets tell. */
  readonly encoding: EncodingName | null;
  readonly report: UploadReport | null;
  readonly keptUntil: Date;
  readonly campaign: string | null;
  /** The same octets elsewhere. */
  readonly same: {
    readonly uploads: readonly string[];
    readonly campaigns: readonly { readonly id: string; readonly state: string }[];
  };
}

export interface InvalidRowLine {
  readonly row: number;
  readonly cells: readonly string[];
  readonly problems: readonly { readonly column: string | null; readonly code: string; readonly message: string }[];
}

export interface UploadsPort {
  kits(): Promise<readonly { readonly id: string; readonly title: string }[]>;
  /** Uploads that wait for something, newest first. */
  list(): Promise<readonly UploadLine[]>;
  /** Takes a file and begins to read it. Answers its id. */
  receive(file: { octets: AsyncIterable<Uint8Array>; fileName: string; kit: string; actor: string }): Promise<string>;
  get(id: string): Promise<UploadView | null>;
  /** A person's word about the encoding and the columns, by their numbers or headers; the file is read again. Throws `column-not-found`, `columns-duplicate`. */
  correct(
    id: string,
    change: {
      version: number;
      mapping: Readonly<Record<string, number | string>>;
      audience: Audience | null;
      encoding: EncodingName | null;
      actor: string;
    },
  ): Promise<void>;
  problems(id: string, page: { code: string | null; after: number; limit: number }): Promise<readonly InvalidRowLine[]>;
  /** All invalid rows as CSV, in which no cell runs as a formula. */
  invalidCsv(id: string, actor: string): Promise<AsyncIterable<string>>;
  discard(id: string, actor: string): Promise<void>;
}
