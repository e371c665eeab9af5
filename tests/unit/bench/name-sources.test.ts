import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { nameSources } from '../../../bench/name-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'candor-maps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('names the source of what ran, where a source map tells it', () => {
  const bundled = join(folder, 'bundled.js');
  // Each line's first column: the first source, then the one after it.
  writeFileSync(
    `${bundled}.map`,
    JSON.stringify({
      version: 3,
      file: 'bundled.js',
      sources: ['../src/one.ts', '../src/two.ts'],
      names: [],
      mappings: 'AAAA;ACAA',
    }),
  );
  const frame = (id: number, url: string, lineNumber: number) => ({
    id,
    callFrame: { functionName: 'work', url, lineNumber, columnNumber: 0 },
  });
  const { nodes } = nameSources({
    nodes: [
      frame(1, pathToFileURL(bundled).href, 0),
      frame(2, pathToFileURL(bundled).href, 1),
      frame(3, pathToFileURL(join(folder, 'unmapped.js')).href, 0),
      frame(4, 'node:net', 0),
      frame(5, '', 0),
    ],
    samples: [],
    timeDeltas: [],
  });
  expect(nodes.map(({ callFrame }) => callFrame.url.replace(/.*unmapped/, 'unmapped'))).toEqual([
    '../src/one.ts',
    '../src/two.ts',
    'unmapped.js',
    'node:net',
    '',
  ]);
});
