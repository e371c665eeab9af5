-- Faults that are told apart by their words, and holds that concern some recipients only.

alter table candor.campaign
  -- The words of the last fault seen in refusals, numbers left out; null: its rule alone says which it is.
  add column refusal_reply text,
  -- The rule of the last hold for a refusal at a recipient. When the campaign runs again, a person has seen it.
  add column denial_rule text,
  -- The rule that decided the reason of a hold; which advice fits depends on it. Null: the reason says it all.
  add column reason_rule text;
