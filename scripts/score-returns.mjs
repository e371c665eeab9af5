// Scores what the program makes of returned mail against a corpus with expected values: a folder `files/` of messages
// and a `score.py` that counts. The corpus lies beside the project or where the first argument says; the rest goes to
// score.py.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [given, ...rest] = process.argv.slice(2);
const named = given !== undefined && !given.startsWith('-');
const corpus = named ? given : join(root, '../shared/bounces');
if (!existsSync(join(corpus, 'score.py'))) {
  console.error(`There is no score.py in ${corpus}. Give the folder of a corpus: npm run returns:score -- FOLDER`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'candor-returns-'));
try {
  const results = join(folder, 'results.jsonl');
  const steps = [
    [process.execPath, [join(root, 'scripts/build.mjs')], 'ignore'],
    [
      process.execPath,
      [join(root, 'dist/main.js'), 'returns', join(corpus, 'files'), '--dry-run', '--json'],
      openSync(results, 'w'),
    ],
    ['python3', [join(corpus, 'score.py'), results, ...(named ? rest : process.argv.slice(2))], 'inherit'],
  ];
  for (const [command, args, stdout] of steps) {
    const { status } = spawnSync(command, args, { stdio: ['ignore', stdout, 'inherit'] });
    if (status !== 0) process.exitCode = 1;
    if (status !== 0) break;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
