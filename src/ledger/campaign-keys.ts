// What the key of one campaign seals and vouches for, and what the key of its incident hashes.
import { createSecretKey, hkdfSync } from 'node:crypto';
import type { AttemptId, CampaignId, NoticeId } from '../domain/ids.ts';
import { macOf, sameMac, shortHash, type Part } from './parts-mac.ts';
import { createSealer } from './seal.ts';

/** The sealed columns that stand beside an address. */
export type AddressCell = 'notice.address_sealed' | 'notice.name_sealed' | 'former_address.address_sealed';

/** What a notice's MAC speaks for: who is told what. What becomes of it is not in it. */
export interface BoundNotice {
  readonly noticeId: NoticeId;
  readonly rowNo: number;
  readonly addressHash: Buffer;
  readonly addressVersion: number;
  readonly audience: string;
  /** By name, in the order of the ledger. */
  readonly categories: string;
  readonly locale: string;
  readonly addressSealed: Buffer;
  /** What the letter prints of this recipient. */
  readonly nameSealed: Buffer | null;
}

export interface CampaignKeys {
  readonly campaign: CampaignId;
  /** Keyed hash of a canonical address, the same in all campaigns of the incident. */
  hashAddress(canonicalAddress: string): Buffer;
  /** Whether two rows have the same name, without the name. */
  hashName(name: string): Buffer;
  seal(cell: AddressCell, addressHash: Buffer, plain: string): Buffer;
  /** Throws `seal-broken` when the value was changed or is that of another campaign, address or column. */
  open(cell: AddressCell, addressHash: Buffer, sealed: Buffer): string;
  sealReply(attemptId: AttemptId, reply: string): Buffer;
  openReply(attemptId: AttemptId, sealed: Buffer): string;
  macNotice(notice: BoundNotice): Buffer;
  /** Whether the notice is as it was written. */
  vouchesFor(notice: BoundNotice, mac: Buffer | null): boolean;
  /** A MAC over another record of the campaign. */
  mac(kind: string, parts: readonly Part[]): Buffer;
}

const step = 64;
const replyStep = 256;

/** @param key 32 random bytes of the campaign; `incidentKey` 32 of its incident */
export function createCampaignKeys(campaign: CampaignId, key: Buffer, incidentKey: Buffer): CampaignKeys {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `candor/2/${campaign}/${purpose}`, 32));
  const sealer = createSealer(derive('seal'));
  const macKey = createSecretKey(derive('mac'));
  const nameKey = createSecretKey(derive('name-hash'));
  const hashKey = createSecretKey(incidentKey);
  const bound = {
    'notice.address_sealed': binder(campaign, 'notice.address_sealed'),
    'notice.name_sealed': binder(campaign, 'notice.name_sealed'),
    'former_address.address_sealed': binder(campaign, 'former_address.address_sealed'),
  };
  const boundReply = (attemptId: AttemptId): Buffer => Buffer.from(`attempt.reply_sealed\0${campaign}\0${attemptId}`);
  const macNotice = (notice: BoundNotice): Buffer =>
    macOf(macKey, 'notice', [
      notice.noticeId,
      notice.rowNo,
      notice.addressHash,
      notice.addressVersion,
      notice.audience,
      notice.categories,
      notice.locale,
      notice.addressSealed,
      notice.nameSealed,
    ]);
  return {
    campaign,
    hashAddress: (canonicalAddress) => shortHash(hashKey, canonicalAddress),
    hashName: (name) => shortHash(nameKey, name),
    seal: (cell, addressHash, plain) => sealer.seal(bound[cell](addressHash), plain, step),
    open: (cell, addressHash, sealed) => sealer.open(bound[cell](addressHash), sealed).toString('utf8'),
    sealReply: (attemptId, reply) => sealer.seal(boundReply(attemptId), reply, replyStep),
    openReply: (attemptId, sealed) => sealer.open(boundReply(attemptId), sealed).toString('utf8'),
    macNotice,
    vouchesFor: (notice, mac) => sameMac(mac, macNotice(notice)),
    mac: (kind, parts) => macOf(macKey, kind, parts),
  };
}

/** Column, campaign, address: the last has a fixed length. One buffer for all, used up at once. */
function binder(campaign: CampaignId, cell: AddressCell): (addressHash: Buffer) => Buffer {
  const head = Buffer.from(`${cell}\0${campaign}\0`);
  const whole = Buffer.concat([head, Buffer.alloc(16)]);
  return (addressHash) => {
    if (addressHash.length !== 16) throw new RangeError('the hash of an address has 16 bytes');
    addressHash.copy(whole, head.length);
    return whole;
  };
}
