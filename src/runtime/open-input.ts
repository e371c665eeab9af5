// Opens what a person names as input: a file, a FIFO, the pipe of a shell, a terminal. Promises: waiting for
// whoever writes holds no thread. Node's thread pool is waited for at exit, so that one open() or read() in it that
// does not come back keeps a process that was told to end alive until SIGKILL.
import { close, constants, createReadStream, fstat, open, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream as TerminalStream } from 'node:tty';
import { promisify } from 'node:util';

/** Large enough that the cost per chunk disappears, small enough that a few of them do not matter. */
const chunkOctets = 262_144;

/** The octets at `path` as a stream, which closes what it was opened for. Throws what the system says (`ENOENT`, `EACCES`…). */
export async function openInput(path: string): Promise<Readable> {
  // Without O_NONBLOCK a FIFO opens when somebody writes; to a regular file it means nothing.
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return streamOf(fd, await promisify(fstat)(fd));
  } catch (error) {
    await promisify(close)(fd).catch(() => undefined);
    throw error;
  }
}

/** The kernel tells when a pipe or a terminal has something; a pipe to which nobody has written yet is not at its end. */
function streamOf(fd: number, stats: Stats): Readable {
  if (stats.isFIFO()) return new Socket({ fd, readable: true, writable: false });
  if (isatty(fd)) return new TerminalStream(fd);
  return createReadStream('', { fd, highWaterMark: chunkOctets });
}
