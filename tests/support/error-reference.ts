// docs/ERRORS.md, written from the registry of errors, so that it cannot say something else.
import { errorRegistry, type ErrorEntry } from '../../src/domain/error-registry.ts';

const opening = `# Errors

Every expected problem has a code that stays the same; scripts should look at it and at the exit code, never at the
text. With \`--json\` the command line answers \`{"error": {"code", "message", "help"}}\`. Words in braces are filled in.
No error shows personal data or a secret.

Reasons for which a campaign is *held* are not errors; they stand in [OPERATIONS.md](OPERATIONS.md). What can be wrong
with a row is told by \`candor check\`.

This page is generated: \`npm run docs\` writes it from \`src/domain/error-registry.ts\`, and a test says when it is stale.

| code | exit | what happened | what to do |
|---|---|---|---|
`;

/** The whole of docs/ERRORS.md, sorted by code. */
export function errorReference(): string {
  const entries: [string, ErrorEntry][] = Object.entries(errorRegistry);
  const rows = entries
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, { exit, message, help }]) => `| \`${code}\` | ${exit} | ${cell(message)} | ${cell(help)} |`);
  return `${opening}${rows.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
}
