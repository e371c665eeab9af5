// Types of make-recipients.mjs, for tests and benches.
export const header: readonly string[];

export interface ExpectedAccount {
  readonly rows: number;
  readonly valid: number;
  readonly invalid: number;
  readonly merged: number;
  readonly conflicts: number;
  readonly notices: number;
  readonly audiences: { readonly affected: number; readonly unaffected: number };
  readonly locales: { readonly en: number; readonly id: number; readonly es: number };
  readonly localeFallbacks: number;
}

export function makeRecipients(options: {
  rows: number;
  seed?: number;
  clean?: boolean;
  delimiter?: string;
  lineEnd?: string;
}): { readonly account: ExpectedAccount; readonly pieces: Generator<string, void> };
