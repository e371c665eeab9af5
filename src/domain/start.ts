// When a campaign starts that is to start later.

/** A moment, or so many milliseconds after the launch, counted by the ledger's clock. */
export type Start = Date | { readonly inMs: number };
