-- How often the rates of a relay were stated. Its MAC speaks for the number, and an event has it, too: an earlier rate that is put
-- back with its MAC is behind the record.
alter table candor.relay_pace add column limit_no integer not null default 0;
create index event_rate_stated on candor.event ((data->>'relay')) where kind = 'rate-stated';
