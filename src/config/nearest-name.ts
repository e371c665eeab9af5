// "Did you mean …?": the nearest of some known words, or nothing when none is near.

/** The candidate with the fewest slips (wrong, missing, extra or swapped letters, at most `limit`); null when none is that near. */
export function nearestName(word: string, candidates: Iterable<string>, limit: number): string | null {
  let best: string | null = null;
  let bestSlips = limit + 1;
  for (const candidate of candidates) {
    const slips = Math.abs(candidate.length - word.length) > limit ? limit + 1 : countSlips(word, candidate);
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best;
}

/** Optimal string alignment distance: a swap of neighbours is one slip, as fingers make it. */
function countSlips(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= left.length; row += 1) {
    const above = rows[row - 1] ?? [];
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let slips = Math.min(
        cell(above, column) + 1,
        cell(current, column - 1) + 1,
        cell(above, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) slips = Math.min(slips, cell(rows[row - 2] ?? [], column - 2) + 1);
      current.push(slips);
    }
    rows.push(current);
  }
  return cell(rows[left.length] ?? [], right.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
