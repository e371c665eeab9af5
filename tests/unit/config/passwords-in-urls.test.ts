// Passwords as people paste them: understood or refused, never taken for a host, a port or a path, and never shown.
import { describe, expect, it } from 'vitest';
import { hasCode } from '../../../src/domain/errors.ts';
import { readConfig, type Config } from '../../../src/config/read-config.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const sender = 'Notices <notices@example.org>';
const urls = {
  DATABASE_URL: (login: string) => `postgres://${login}@db.example:5432/candor`,
  REDIS_URL: (login: string) => `redis://${login}@queue.example:6379/1`,
  SMTP_URL: (login: string) => `smtp://${login}@relay.example:587`,
  ALERT_WEBHOOK: (login: string) => `https://${login}@chat.example/hooks/1`,
};
const names = Object.keys(urls) as (keyof typeof urls)[];

function read(name: keyof typeof urls, url: string): { config: Config | null; problem: string } {
  try {
    return { config: readConfig({ CANDOR_KEY: key, MAIL_FROM: sender, [name]: url }), problem: '' };
  } catch (error) {
    if (!hasCode(error, 'config-invalid')) throw error;
    return { config: null, problem: String((error as { values: Record<string, unknown> }).values['problems']) };
  }
}

describe.each(names)('%s', (name) => {
  // The digits matter: with them, what stands before the sign is a good port of a host `user`.
  it.each(['12#hunter2', 'hunter2#', '#hunter2', '12?hunter2', 'hunter2?x', '12/hunter2', 'hunter2/', 'hunt%er2'])(
    'refuses the password %s with what to write instead, and does not show it',
    (password) => {
      const { config, problem } = read(name, urls[name](`user:${password}`));
      expect(config).toBeNull();
      expect(problem).toMatch(/%23|%25/);
      expect(problem).not.toMatch(/hunt/);
    },
  );

  it('refuses more than one sign at a time', () => {
    expect(read(name, urls[name]('user:1@a.example/hunter2#x')).problem).toContain('%23');
    expect(read(name, urls[name]('user:1@a.example?hunter2')).problem).toContain('%3F');
  });

  it('takes the same written as it should be', () => {
    expect(read(name, urls[name]('user:%23%3F%2F%40%25%3Ahunter2')).problem).toBe('');
    expect(read(name, urls[name]('user:a:b@c')).problem).toBe('');
  });
});

it('reads a colon and an at sign in a relay’s password as what they are', () => {
  expect(read('SMTP_URL', urls.SMTP_URL('user:a:b@c')).config?.relay).toMatchObject({
    host: 'relay.example',
    user: 'user',
    password: 'a:b@c',
  });
});

it('goes on reading options and socket folders in the query of DATABASE_URL', () => {
  const url = 'postgres:///candor?host=/run/postgresql&sslmode=verify-full&options=-c%20geqo%3Doff';
  expect(read('DATABASE_URL', url).config?.ledger.url).toBe(url);
});
