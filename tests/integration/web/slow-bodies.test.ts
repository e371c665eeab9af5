// Bodies that do not come, on raw connections.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfTokenOf } from '../../../src/web/frame.ts';
import { startConsole, type TestConsole } from '../../support/console.ts';

let console: TestConsole;
let cookie: string;
beforeAll(async () => {
  console = await startConsole({ bodyMs: 300 });
  cookie = await console.signIn();
});
afterAll(() => console.close());

/** A connection on which this was sent, and all that comes back until it ends. */
function send(text: string): { socket: Socket; whole: Promise<string> } {
  const { port, host } = new URL(console.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(text.replace('HOST', host));
  const whole = new Promise<string>((resolve) => {
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
  return { socket, whole };
}

const form = 'host: HOST\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 60000\r\n\r\nname=';

describe('a body that does not come', () => {
  it.each([
    ['of a sign-in', `POST /sign-in HTTP/1.1\r\n${form}`, 408],
    ['of a change without a session', `POST /account/sessions HTTP/1.1\r\n${form}`, 401],
    [
      'of an upload without a session',
      `POST /uploads HTTP/1.1\r\n${form.replace('application/x-www-form-urlencoded', 'multipart/form-data; boundary=x')}`,
      401,
    ],
    ['of an address that cannot be read', `POST /%E0%A4%A HTTP/1.1\r\n${form}`, 400],
    [
      'in chunks',
      'POST /sign-in HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n5\r\nname=\r\n',
      408,
    ],
  ])('%s ends with its connection', async (_name, text, status) => {
    expect(await send(text).whole).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('is another thing than a file that takes longer, of somebody who is signed in', async () => {
    const boundary = 'a-boundary';
    const part = (name: string, more = ''): string =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
    const first = `${part('csrf')}${csrfTokenOf(cookie.slice(cookie.indexOf('=') + 1))}\r\n${part('kit')}mixpanel-2025-11\r\n${part('file', '; filename="a.csv"')}email,audience\r\n`;
    const rest = `a@example.com,affected\r\n\r\n--${boundary}--\r\n`;
    const { socket, whole } = send(
      `POST /uploads HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\ncookie: ${cookie}\r\ncontent-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: ${first.length + rest.length}\r\n\r\n${first}`,
    );
    // Another one that began later has reached its limit.
    await send(`POST /sign-in HTTP/1.1\r\n${form}`).whole;
    socket.write(rest);
    expect(await whole).toMatch(/^HTTP\/1.1 303 /);
  });
});
