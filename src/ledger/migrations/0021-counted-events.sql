-- Events that repeat are counted within a window of five minutes instead of written one by one: looks at addresses, and
-- sign-ins that were refused. Such an event has `window` in its data; its count grows, and nothing else of it changes.

create unique index event_counted on candor.event (
  actor, (data ->> 'window'), kind, coalesce(campaign_no, 0),
  coalesce(data ->> 'upload', data ->> 'states', data ->> 'from', '')
) where data ? 'window';

drop trigger event_append_only on candor.event;
create trigger event_append_only before delete or truncate on candor.event
  for each statement execute function candor.refuse_change();

create function candor.guard_event() returns trigger language plpgsql as $$
begin
  if not (old.data ? 'window')
     or (new.event_id, new.at, new.campaign_no, new.actor, new.kind) is distinct from (old.event_id, old.at, old.campaign_no, old.actor, old.kind)
     or new.data - 'times' - 'addresses' - 'until' <> old.data - 'times' - 'addresses' - 'until'
     or (new.data ->> 'times')::bigint <= (old.data ->> 'times')::bigint
     or (new.data ->> 'addresses')::bigint < (old.data ->> 'addresses')::bigint
     or (new.data ->> 'until')::timestamptz < (old.data ->> 'until')::timestamptz then
    raise exception 'the event table only takes inserts, and counts that grow' using errcode = 'CA001';
  end if;
  return new;
end $$;

create trigger event_counts_grow before update on candor.event
  for each row execute function candor.guard_event();
