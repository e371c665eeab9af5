// docs/CONFIG.md, written from the table of variables, so that it cannot say something else.
import { sections } from './variable.ts';
import { isSecret, variableNames, variables, type VariableName } from './variables.ts';

const opening = `# Configuration

Candor is configured by environment variables and nothing else. All of them are checked at the start; every
problem is reported at once, with the name, what was expected and what was found, secrets masked (exit code 2).
A variable that is set has to be good: an empty or wrong value is an error and never falls back to the default.
Unknown \`CANDOR_*\` variables and near misses of the other names are warned about.

Variables marked **secret** can be given as \`NAME_FILE\` instead: the path of a file that holds the value (at most
64 KB; line breaks at its end are dropped). Giving both is an error. Durations have a unit: \`500ms\`, \`90s\`, \`5m\`,
\`48h\`, \`2d\`.

This page is generated: \`npm run docs\` writes it from \`src/config/variables.ts\`, and a test says when it is stale.
`;

/** The whole of docs/CONFIG.md. */
export function configReference(): string {
  const parts = sections.map((section) => {
    const rows = variableNames.filter((name) => variables[name].section === section).map(row);
    return `\n## ${section}\n\n| variable | good values | default | what it is for |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return opening + parts.join('');
}

function row(name: VariableName): string {
  const entry: { expected: string; fallback: string | null; fallbackNote?: string; about: string } = variables[name];
  const label = isSecret(name) ? `\`${name}\` **secret**` : `\`${name}\``;
  const fallback = entry.fallback === null ? (entry.fallbackNote ?? 'none') : `\`${entry.fallback}\``;
  const cells = [label, escapeCell(entry.expected), fallback, entry.about];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Angle brackets and braces of an expectation are text, not HTML. */
function escapeCell(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
