// Fields as in a header, wherever they stand: in headers, delivery reports, feedback reports and returned messages.

export interface Field {
  /** Lower case. */
  readonly name: string;
  /** Unfolded and trimmed; what it holds is not decoded. */
  readonly value: string;
}

const fieldLine = /^([!-9;-~]{1,76})[ \t]*:(.*)$/;
const folded = /^[ \t]+(?=\S)/;

/** The fields from the beginning of a text up to its first empty line; other lines end a field and are left out. */
export function readFields(text: string): Field[] {
  const fields: { name: string; value: string }[] = [];
  let open: { name: string; value: string } | undefined;
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      if (fields.length > 0) break;
      continue;
    }
    if (folded.test(line) && open !== undefined) {
      open.value = `${open.value} ${line.trim()}`.trim();
      continue;
    }
    const found = fieldLine.exec(line);
    open = found === null ? undefined : { name: found[1]!.toLowerCase(), value: found[2]!.trim() };
    if (open !== undefined) fields.push(open);
    if (fields.length >= 2_000) break;
  }
  return fields;
}

/**
 * The groups of a report: fields with empty lines between them (RFC 3464 section 2.1). Some servers leave the empty
 * lines out: a second recipient begins a group, too.
 */
export function readGroups(text: string): Field[][] {
  return text
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .slice(0, 1_000)
    .map(readFields)
    .flatMap(byRecipient)
    .filter((group) => group.length > 0)
    .slice(0, 1_000);
}

function byRecipient(fields: readonly Field[]): Field[][] {
  const groups: Field[][] = [[]];
  for (const field of fields) {
    const again = groups.at(-1)!.some((each) => each.name === field.name);
    if (again && (field.name === 'final-recipient' || field.name === 'original-recipient')) groups.push([]);
    groups.at(-1)!.push(field);
  }
  return groups;
}

/** The value of a field of a group; null when it is missing or empty. */
export function valueOf(group: readonly Field[], name: string): string | null {
  const value = group.find((field) => field.name === name)?.value ?? '';
  return value === '' ? null : value;
}
