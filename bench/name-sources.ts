// A V8 profile names the file that ran; the program is a bundle, so that is hardly ever the file that somebody wrote.
// Each frame gets its source from the source map beside its file.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Profile } from './cpu-parts.ts';

interface Frame {
  readonly functionName: string;
  readonly url: string;
  /** Both count from 0. */
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

/** The same profile, with the source's path in each frame whose file has a source map. */
export function nameSources(profile: Profile): Profile {
  const maps = new Map<string, SourceMap | null>();
  const mapOf = (url: string): SourceMap | null => {
    const known = maps.get(url);
    if (known !== undefined) return known;
    const map = readMap(url);
    maps.set(url, map);
    return map;
  };
  return {
    ...profile,
    nodes: profile.nodes.map((node) => {
      const frame: Frame = node.callFrame;
      const found = mapOf(frame.url)?.findEntry(frame.lineNumber ?? 0, frame.columnNumber ?? 0);
      return found !== undefined && 'originalSource' in found
        ? { ...node, callFrame: { ...frame, url: found.originalSource } }
        : node;
    }),
  };
}

function readMap(url: string): SourceMap | null {
  if (!url.startsWith('file:')) return null;
  const path = `${fileURLToPath(url)}.map`;
  return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload) : null;
}
