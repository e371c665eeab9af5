-- What people watch: the team's own clocks, the pace over time, and what the relay is saying.

create table candor.campaign_clock (
  campaign_no     integer primary key references candor.campaign on delete cascade,
  -- When the team wants everybody to have been told; information, the program does nothing about it.
  target_at       timestamptz,
  -- When the team became aware (GDPR Art. 33: 72 hours to the authority; it is not about the people told).
  aware_at        timestamptz,
  authority_hours integer not null default 72 check (authority_hours between 1 and 720)
);

-- One row each ten seconds while a campaign runs and a console serves: enough for a curve, written by the console.
create table candor.campaign_pulse (
  campaign_no integer not null references candor.campaign on delete cascade,
  at          timestamptz not null,
  accepted    integer not null,
  settled     integer not null,
  primary key (campaign_no, at)
);

-- Trouble is rare: an index of it costs nothing while letters are accepted.
create index attempt_troubled on candor.attempt (campaign_no, attempt_id)
  where outcome in ('deferred', 'refused', 'failed', 'throttled', 'relay-fault', 'unconfirmed');
