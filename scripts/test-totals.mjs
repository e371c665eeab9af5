// Prints "PASSED FAILED" from vitest's JSON report. A test file that could not be loaded, a skipped test
// and an error outside of any test count as failed: nothing that did not run may look like a success.
import { readFileSync } from 'node:fs';

const [reportPath, exitCode] = process.argv.slice(2);
const report = JSON.parse(readFileSync(reportPath, 'utf8'));
const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
for (const file of unloaded) process.stderr.write(`Could not be loaded: ${file.name}\n`);
if (skipped > 0) process.stderr.write(`${skipped} tests were skipped.\n`);

let failed = report.numFailedTests + unloaded.length + skipped;
if (failed === 0 && exitCode !== '0') failed = 1;
process.stdout.write(`${report.numPassedTests} ${failed}\n`);
