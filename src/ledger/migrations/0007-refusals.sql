-- A fault that shows in refusals alone: so many recipients refused for one reason that it is hardly about them.

alter table candor.campaign
  -- The rule of the last hold for it. Once a person has resumed, the rule holds no more until it has become rare.
  add column refusal_rule text,
  -- The first attempt that counts as refused by the fault.
  add column refusal_since bigint,
  -- Answers up to this attempt have been looked at by a person.
  add column refusals_seen_to bigint not null default 0;
