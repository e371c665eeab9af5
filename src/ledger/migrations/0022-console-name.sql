-- The name under *.localhost at which browsers on this machine use the console. Cookies know no ports: under 127.0.0.1 every
-- other service of the machine would be sent the session. Nobody can guess it, so nobody else can be asked by it.
alter table candor.ledger_identity add column console_name text not null
  default 'candor-' || replace(gen_random_uuid()::text, '-', '') check (console_name ~ '^candor-[0-9a-f]{32}$');

-- The sessions until now went to every port: whoever took one could go on using it.
delete from candor.console_session;
