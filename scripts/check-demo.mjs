// Compares the summary of the demo's campaign (`candor status --json`) with what the sample is made of,
// shows the account, and ends with 1 when a number differs.
import { readFileSync } from 'node:fs';

const [summaryPath, expectedPath] = process.argv.slice(2);
const summary = JSON.parse(readFileSync(summaryPath, 'utf8'));
const sample = JSON.parse(readFileSync(expectedPath, 'utf8'));

const sum = Object.values(summary.states).reduce((total, count) => total + count, 0);
const checks = [
  ['state', summary.state, 'finished'],
  ['rehearsal', summary.rehearsal, true],
  ['rows', summary.rows, sample.rows],
  ['invalid rows', summary.invalid, sample.invalid],
  ['merged rows', summary.merged, sample.merged],
  ['conflicts', summary.conflicts, sample.conflicts],
  ['notices', summary.notices, sample.notices],
  ['invalid + merged + notices', summary.invalid + summary.merged + summary.notices, summary.rows],
  ['sum over the states', sum, summary.notices],
  ['accepted', summary.states.accepted, sample.notices],
  ['attempts', summary.attempts, sample.notices],
  ['maybe accepted earlier', summary.maybeAccepted, 0],
];

const lines = checks.map(
  ([name, found, expected]) =>
    `  ${found === expected ? 'ok  ' : 'BAD '} ${name.padEnd(27)} ${found}${found === expected ? '' : `, expected ${expected}`}`,
);
const wrong = checks.filter(([, found, expected]) => found !== expected).length;
process.stdout.write(`\nThe account of the demo\n${lines.join('\n')}\n`);
process.stdout.write(
  wrong === 0
    ? 'Everyone is accounted for.\n'
    : `${wrong} of ${checks.length} numbers are not as the sample is meant to be.\n`,
);
process.exitCode = wrong === 0 ? 0 : 1;
