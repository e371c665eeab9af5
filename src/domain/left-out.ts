// What `--except` does to a launch: who is left out because another campaign has told them, and who is not.

/** Counts notices of the new campaign. */
export interface LeftOut {
  /** The campaigns that were named, by their ids. */
  readonly campaigns: readonly string[];
  /** Those of them that were rehearsals: they have told nobody. */
  readonly rehearsals: readonly string[];
  /** Left out: an accepted notice told the same verdict and at least these kinds of data. */
  readonly leftOut: number;
  /** Told again: an accepted notice told another verdict, or fewer kinds of data. */
  readonly toldTooLittle: number;
}

/** The account in words, a sentence for each line. */
export function leftOutTexts({ campaigns, rehearsals, leftOut, toldTooLittle }: LeftOut): string[] {
  const by = campaigns.join(', ');
  return [
    `Left out: ${people(leftOut)} whom ${by} has told the same and at least these kinds of data.`,
    ...(toldTooLittle === 0
      ? []
      : [`Not left out: ${people(toldTooLittle)} whom ${by} told another verdict or fewer kinds of data.`]),
    ...(rehearsals.length === 0
      ? []
      : [`${rehearsals.join(', ')} was a rehearsal: it told nobody, so it leaves out nobody.`]),
  ];
}

function people(number: number): string {
  return number === 1 ? '1 person' : `${number.toLocaleString('en-US')} people`;
}
