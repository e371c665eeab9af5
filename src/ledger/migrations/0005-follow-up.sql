-- What a person mends after the relay has answered: addresses that were wrong, doubts that somebody has looked into;
-- and the ways to find a notice among a million.

-- Addresses that a notice had before somebody corrected them, so that `find` still answers for them.
create table candor.former_address (
  notice_id       bigint not null references candor.notice on delete cascade,
  campaign_no     integer not null,
  -- The version that had this address: it is in the Message-ID of the letters that went there.
  address_version smallint not null,
  address_hash    bytea not null check (octet_length(address_hash) = 16),
  address_sealed  bytea not null,
  replaced_at     timestamptz not null default clock_timestamp(),
  primary key (notice_id, address_version)
);
create index former_address_by_hash on candor.former_address (address_hash, campaign_no);

-- Unconfirmed notices that a person has looked into. It changes no state; nothing sends them again by itself.
create table candor.closed_doubt (
  notice_id   bigint primary key references candor.notice on delete cascade,
  campaign_no integer not null,
  actor       text not null,
  reason      text not null check (reason <> ''),
  closed_at   timestamptz not null default clock_timestamp()
);

-- The notices of a campaign lie between two ids: a page walks the primary key there, without an index that
-- every state change would have to keep up.
alter table candor.campaign add column first_notice_id bigint, add column last_notice_id bigint;
update candor.campaign c set (first_notice_id, last_notice_id) =
  (select min(notice_id), max(notice_id) from candor.notice n where n.campaign_no = c.campaign_no);

-- Why notices were not accepted, grouped from the index alone.
create index notice_by_reason on candor.notice (campaign_no, state, reason, reply_code, enhanced_code, notice_id)
  include (maybe_accepted) where state in ('refused', 'failed', 'unconfirmed', 'suppressed', 'cancelled');
