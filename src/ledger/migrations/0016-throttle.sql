-- What the relay took and what it refused, so that a throttle finds the rate between the two (ADR 0030).
alter table candor.relay_pace
  add column taken_per_second double precision check (taken_per_second > 0),
  add column refused_per_second double precision check (refused_per_second > 0),
  add column slowed_at timestamptz;
