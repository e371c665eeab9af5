-- What a process has been answered, so that a ledger that lacks it is found to have gone back (ADR 0036). Each lease counts its
-- beats; the nonce tells it from one of the same number that is taken after the ledger went back.
alter table candor.lease
  add column nonce uuid not null default gen_random_uuid(),
  add column beat_no bigint not null default 0;

-- From the making of the ledger, or from the moment at which it was found to have gone back, to the next such moment. What was
-- answered in an ended one has been told.
create table candor.timeline (
  timeline_id uuid primary key default gen_random_uuid(),
  begun_at    timestamptz not null default clock_timestamp(),
  ended_at    timestamptz
);
create unique index timeline_current on candor.timeline ((true)) where ended_at is null;
insert into candor.timeline default values;
