// The keys of a ledger. Each lies in it wrapped under CANDOR_KEY and bound to its name, so that the wrapping key can be
// exchanged without sealing anything anew, and a key taken away leaves what it sealed unreadable (ADR 0032).
//
//   campaign/ID    random; seals the cells of the campaign's notices and makes its MACs
//   incident/KIT   random; hashes addresses, so that the campaigns of one incident can be compared
//   ledger/NAME    of the ledger as a whole: tokens in letters, hashes of domains, uploads, the inbox, the pace of relays
//
// All keys that are derived come by HKDF (RFC 5869), one for each purpose.
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { CandorError } from '../domain/errors.ts';
import type { CampaignNo, NoticeId } from '../domain/ids.ts';
import type { CampaignKeys } from './campaign-keys.ts';
import { macOf, shortHash, type Part } from './parts-mac.ts';
import { createSealer, openVersion1, type Sealer } from './seal.ts';

/** The sealed columns outside of campaigns; each is bound to its place besides its row. */
export type LedgerCell =
  | 'upload.name_sealed'
  | 'upload.report_sealed'
  | 'upload_chunk.sealed'
  | 'upload_problem.sealed'
  | 'inbox_letter.sealed';

export const ledgerKeyNames = ['ledger/notice-token', 'ledger/domain-hash', 'ledger/seal', 'ledger/mac'] as const;
export type LedgerKeyName = (typeof ledgerKeyNames)[number];

export interface Keyring {
  /** The key of the MACs of one backup, by its 16 octets of id: 32 bytes. */
  readonly backupKey: (backup: Buffer) => Buffer;
  /** Stored in the ledger, to recognise a wrong key before anything is done with it. */
  readonly checkValue: Buffer;
  /** Where a person gave the key, for the words of an error: a variable or a path. */
  readonly place: string;
  /** Wraps a key under its name, for the ledger to keep. */
  wrap(name: string, key: Buffer): Buffer;
  /** The key of that name. Throws `seal-broken` when it was changed or is that of another name. */
  unwrap(name: string, wrapped: Buffer): Buffer;
  /** Takes the keys of the ledger as a whole into use, and forgets those of campaigns and incidents. Until then everything below throws. */
  use(keys: ReadonlyMap<LedgerKeyName, Buffer>): void;
  /** Seals what belongs to no campaign. `row` names its row: the id of an upload with what counts in it, or a letter's number. */
  seal(cell: LedgerCell, row: string, plain: string | Buffer): Buffer;
  /** Throws `seal-broken`. */
  open(cell: LedgerCell, row: string, sealed: Buffer): Buffer;
  /** A MAC over a record that belongs to no campaign. */
  mac(kind: string, parts: readonly Part[]): Buffer;
  /** Keyed hash (HMAC-SHA256 cut to 128 bits) of a domain in its A-label form. */
  hashDomain(domain: string): Buffer;
  /** The opaque id of a notice in Message-ID, X-Candor-Notice and VERP: 32 hex digits, reversible only with the key. */
  noticeToken(noticeId: NoticeId, addressVersion: number): string;
  /** The notice behind a token, or null when the token is not one of ours. */
  readNoticeToken(token: string): { noticeId: NoticeId; addressVersion: number } | null;
  /** Keys of campaigns that were read from the ledger. */
  readonly campaigns: Map<CampaignNo, CampaignKeys>;
  /** What ledgers of the schema before 17 were sealed and hashed with. */
  readonly version1: Version1Keys;
}

/** The keys that CANDOR_KEY itself stood for. Only the upgrade asks for them. */
export interface Version1Keys {
  /** The plain bytes. Throws `seal-broken`. */
  open(kind: 'address' | 'name' | 'reply' | 'inbox-letter' | 'upload', sealed: Buffer): Buffer;
  hashAddress(canonicalAddress: string): Buffer;
  /** The keys that letters on their way and limits of domains were made with, to be kept. */
  readonly kept: ReadonlyMap<LedgerKeyName, Buffer>;
}

/** Fills the 16-byte block of a token, so that a guessed token decrypts to something else with 1 - 2^-48. */
const tokenMark = Buffer.from('candor');

/** Steps of the padding: the usual value fits into one. */
const steps: Readonly<Record<LedgerCell, number>> = {
  'upload.name_sealed': 64,
  'upload.report_sealed': 4_096,
  'upload_chunk.sealed': 4_096,
  'upload_problem.sealed': 512,
  'inbox_letter.sealed': 4_096,
};
const wrapStep = 64;

interface LedgerKeys {
  readonly sealer: Sealer;
  readonly macKey: KeyObject;
  readonly domainKey: KeyObject;
  readonly tokenKey: Buffer;
  // A single block that never repeats is what ECB is sound for: a keyed permutation of ids. It keeps nothing from one block
  // to the next, so one cipher serves for all: a token takes 0.9 us instead of 2.8 (one core, 2026-11).
  readonly tokenCipher: ReturnType<typeof createCipheriv>;
}

/** A keyring of the 32 bytes of CANDOR_KEY. */
export function createKeyring(key: Buffer, place = 'CANDOR_KEY'): Keyring {
  if (key.length !== 32) throw new TypeError('the key must have 32 bytes');
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `candor/${purpose}`, bytes));
  const wrapper = createSealer(derive('2/wrap', 32));
  const campaigns = new Map<CampaignNo, CampaignKeys>();
  let keys: LedgerKeys | null = null;
  const ours = (): LedgerKeys => {
    if (keys === null) throw new Error('the keys of the ledger were not read');
    return keys;
  };
  return {
    checkValue: derive('1/key-check', 16),
    place,
    backupKey: (backup) => Buffer.from(hkdfSync('sha256', key, backup, 'candor/1/backup', 32)),
    campaigns,
    wrap: (name, plain) => wrapper.seal(Buffer.from(name), plain, wrapStep),
    unwrap: (name, wrapped) => wrapper.open(Buffer.from(name), wrapped),
    use(found) {
      const need = (name: LedgerKeyName): Buffer => {
        const one = found.get(name);
        if (one === undefined) throw new CandorError('seal-broken');
        return one;
      };
      const tokenKey = need('ledger/notice-token');
      keys = {
        sealer: createSealer(need('ledger/seal')),
        macKey: createSecretKey(need('ledger/mac')),
        domainKey: createSecretKey(need('ledger/domain-hash')),
        tokenKey,
        tokenCipher: createCipheriv('aes-128-ecb', tokenKey, null).setAutoPadding(false),
      };
      campaigns.clear();
    },
    seal: (cell, row, plain) => ours().sealer.seal(boundTo(cell, row), plain, steps[cell]),
    open: (cell, row, sealed) => ours().sealer.open(boundTo(cell, row), sealed),
    mac: (kind, parts) => macOf(ours().macKey, kind, parts),
    hashDomain: (domain) => shortHash(ours().domainKey, domain),
    noticeToken(noticeId, addressVersion) {
      const block = Buffer.alloc(16);
      block.writeBigUInt64BE(BigInt(noticeId), 0);
      block.writeUInt16BE(addressVersion, 8);
      tokenMark.copy(block, 10);
      return ours().tokenCipher.update(block).toString('hex');
    },
    readNoticeToken(token) {
      if (!/^[0-9a-f]{32}$/.test(token)) return null;
      const decipher = createDecipheriv('aes-128-ecb', ours().tokenKey, null).setAutoPadding(false);
      const block = decipher.update(Buffer.from(token, 'hex'));
      if (!block.subarray(10).equals(tokenMark)) return null;
      return { noticeId: Number(block.readBigUInt64BE(0)) as NoticeId, addressVersion: block.readUInt16BE(8) };
    },
    version1: version1Of(derive),
  };
}

function boundTo(cell: LedgerCell, row: string): Buffer {
  return Buffer.from(`${cell}\0${row}`);
}

function version1Of(derive: (purpose: string, bytes: number) => Buffer): Version1Keys {
  const sealKey = derive('1/seal', 32);
  const hashKey = derive('1/address-hash', 32);
  const hashObject = createSecretKey(hashKey);
  return {
    open: (kind, sealed) => openVersion1(sealKey, kind, sealed),
    hashAddress: (canonicalAddress) => shortHash(hashObject, canonicalAddress),
    kept: new Map([
      ['ledger/notice-token', derive('1/notice-token', 16)],
      ['ledger/domain-hash', hashKey],
    ]),
  };
}
