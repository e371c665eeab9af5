-- What is sealed is bound to its place, and what is told is vouched for (ADR 0032). The upgrade that follows this migration
-- (upgrading.ts) seals anew what an earlier version sealed.

-- Keys, wrapped under CANDOR_KEY and bound to their names: `campaign/ID`, `incident/KIT`, `ledger/NAME`.
create table candor.data_key (
  name    text primary key check (name ~ '^(campaign|incident|ledger)/.'),
  wrapped bytea not null,
  made_at timestamptz not null default now()
);

-- Each import has a block of 2^32 numbers for its notices, so that a notice can be vouched for before all are counted.
create sequence candor.notice_block;
select setval('candor.notice_block', coalesce(max(notice_id) >> 32, 0) + 1, false) from candor.notice;

-- MACs (128 bits) over the columns that nothing may change, made where the row is written.
alter table candor.notice add column mac bytea;
alter table candor.former_address add column mac bytea;
alter table candor.letter add column mac bytea;
alter table candor.campaign add column terms_mac bytea;
alter table candor.relay_pace add column limit_mac bytea;
alter table candor.domain_pace add column limit_mac bytea;

-- When everything in this ledger had been bound; null: the upgrade is not through.
alter table candor.ledger_identity add column bound_at timestamptz;
