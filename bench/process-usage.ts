// What processes cost, read from /proc (Linux only) while they run: CPU time and the most memory they held.
// The last look at a process is at most `lookMs` before its end, so a run of some seconds comes out short
// by about a percent. A tree whose root outlives the run is exact, but for the memory of short-lived children.
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** User and system time. */
  readonly cpuMs: number;
  /** The highest VmHWM of one process; with Postgres that counts the shared buffers which it touched. */
  readonly peakMb: number;
}

export interface UsageWatch {
  /** What it has cost since the watch began. */
  stop(): Usage;
}

const lookMs = 50;
/** A look at a tree reads the whole of /proc, some milliseconds that the measured programs don't have. */
const treeLookMs = 500;
/** The kernel's USER_HZ: 100 on every platform that Node runs on. */
const tickMs = 10;

interface Sample {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended and were waited for. */
  readonly endedMs: number;
}

/** Watches one process; what it starts (a Postgres, say) is on somebody else's account. */
export function watchProcess(pid: number): UsageWatch {
  return watch(() => {
    const sample = readSample(pid);
    return sample === null ? null : { cpuMs: sample.ownMs, peakMb: peakMb(pid) };
  }, lookMs);
}

/** Watches a process with all its descendants, those that end meanwhile included. */
export function watchTree(root: number): UsageWatch {
  return watch(() => {
    const samples = readSamples();
    const tree = descendants(root, samples);
    if (tree.length === 0) return null;
    const cpuMs = tree.reduce((sum, pid) => sum + (samples.get(pid)?.ownMs ?? 0) + (samples.get(pid)?.endedMs ?? 0), 0);
    return { cpuMs, peakMb: Math.max(...tree.map(peakMb)) };
  }, treeLookMs);
}

function watch(read: () => Usage | null, everyMs: number): UsageWatch {
  const base = read()?.cpuMs ?? 0;
  let latest: Usage = { cpuMs: base, peakMb: 0 };
  const look = (): void => {
    const now = read();
    if (now !== null) latest = { cpuMs: now.cpuMs, peakMb: Math.max(latest.peakMb, now.peakMb) };
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { cpuMs: latest.cpuMs - base, peakMb: latest.peakMb };
    },
  };
}

function descendants(root: number, samples: ReadonlyMap<number, Sample>): number[] {
  const tree = new Set(samples.has(root) ? [root] : []);
  for (let before = -1; before !== tree.size;) {
    before = tree.size;
    for (const [pid, { parent }] of samples) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
}

function readSamples(): Map<number, Sample> {
  const samples = new Map<number, Sample>();
  for (const name of readdirSync('/proc')) {
    const sample = /^\d+$/.test(name) ? readSample(Number(name)) : null;
    if (sample !== null) samples.set(Number(name), sample);
  }
  return samples;
}

/** proc_pid_stat(5), fields 4 (parent), 14 and 15 (own time), 16 and 17 (of children waited for). The name in brackets may hold blanks. */
function readSample(pid: number): Sample | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (field: number): number => Number(fields[field - 3]);
    return { parent: at(4), ownMs: (at(14) + at(15)) * tickMs, endedMs: (at(16) + at(17)) * tickMs };
  } catch {
    return null;
  }
}

function peakMb(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
