-- Open attempts are few, and attempt_one_open holds nothing else: recovery finds those of a dead lease there. Each claim
-- keeps one index less.
drop index candor.attempt_open_by_lease;
