-- One address, one notice (promise 2), in a table of its own. As an index of candor.notice it was written anew, at a place of
-- chance, by each of the three moves of a notice (ADR 0024). Triggers keep it, so that no statement can get past it.
alter table candor.notice drop constraint notice_once_per_address;

create table candor.notice_address (
  address_hash bytea not null,
  campaign_no  integer not null,
  notice_id    bigint not null
);
insert into candor.notice_address select address_hash, campaign_no, notice_id from candor.notice;
alter table candor.notice_address add constraint notice_once_per_address primary key (address_hash, campaign_no);

create function candor.enter_addresses() returns trigger language plpgsql as $$
begin
  insert into candor.notice_address select address_hash, campaign_no, notice_id from new_rows;
  return null;
end $$;

create function candor.correct_address() returns trigger language plpgsql as $$
begin
  update candor.notice_address set address_hash = new.address_hash where address_hash = old.address_hash and campaign_no = old.campaign_no;
  return null;
end $$;

create function candor.remove_addresses() returns trigger language plpgsql as $$
begin
  delete from candor.notice_address a using old_rows o where a.address_hash = o.address_hash and a.campaign_no = o.campaign_no;
  return null;
end $$;

create trigger notice_address_insert after insert on candor.notice
  referencing new table as new_rows for each statement execute function candor.enter_addresses();
create trigger notice_address_update after update of address_hash on candor.notice
  for each row when (old.address_hash <> new.address_hash) execute function candor.correct_address();
create trigger notice_address_delete after delete on candor.notice
  referencing old table as old_rows for each statement execute function candor.remove_addresses();
