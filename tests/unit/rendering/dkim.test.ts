// Signatures: the example of RFC 8463, and what of a letter they cover.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { relaxedField } from '../../../src/rendering/canonical-form.ts';
import { bodyDigest, signatureField } from '../../../src/rendering/dkim.ts';

describe('the example of RFC 8463', () => {
  const head =
    'From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\n' +
    'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\r\n';
  const digest = '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=';
  const signature =
    'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n' +
    ` subject : date : message-id : from : subject : date;\r\n bh=${digest};\r\n b=`;

  it('has our digest of its body', () => {
    expect(bodyDigest(Buffer.from('Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n'))).toBe(digest);
  });

  it('covers what we take for its canonical form', () => {
    const covered = [...head.trimEnd().split('\r\n'), signature].map(relaxedField).join('\r\n');
    const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64');
    const key = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const b = Buffer.from(
      '/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
      'base64',
    );
    expect(verify(null, createHash('sha256').update(covered).digest(), createPublicKey(key), b)).toBe(true);
  });
});

describe('signatureField', () => {
  const key = { domain: 'example.com', selector: 'candor', privateKey: generateKeyPairSync('ed25519').privateKey };
  const head =
    'From: Notices <notices@example.com>\r\nTo: jane@example.org\r\nX-Other: 1\r\nSubject: One\r\n two\r\n\r\n';

  it('makes the same bytes again, in lines of at most 78', async () => {
    const field = await signatureField(head, 'aGFzaA==', key);
    expect(field).toBe(await signatureField(head, 'aGFzaA==', key));
    expect(Math.max(...field.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(field).toMatch(/^DKIM-Signature: (?:[^\r\n]*\r\n )+[^\r\n]*\r\n$/);
  });

  it('names the fields that are there, and those that nobody may add', async () => {
    const field = await signatureField(head, 'aGFzaA==', key);
    expect(/ h=([^;]*);/.exec(field)?.[1]?.replaceAll(/\s/g, '')).toBe('from:to:subject:from:to:subject:reply-to');
  });
});
