-- Header text of a file without a header is its first person. It is not kept any more: columns are kept by their numbers,
-- what stood there is replaced. In doubt all of it goes; which columns there were stays, as that is our own word.

-- The code page that a person chose for the file; null: it is told by the octets.
alter table candor.upload add column encoding text;

create function candor.without_header_text(account jsonb) returns jsonb language sql immutable as $$
  select account
    || case when jsonb_typeof(account->'columns') = 'object' then jsonb_build_object('columns', (
         select coalesce(jsonb_object_agg(key, case when jsonb_typeof(value) = 'number' then value else 'null' end), '{}')
         from jsonb_each(account->'columns')
         where key in ('email', 'audience', 'locale', 'name', 'organization_id', 'user_id', 'city', 'region', 'country',
                       'os', 'browser', 'referrer'))) else '{}' end
    || case when jsonb_typeof(account->'ignoredColumns') = 'array'
         then jsonb_build_object('ignoredColumns', jsonb_array_length(account->'ignoredColumns')) else '{}' end
$$;

do $$
declare
  campaigns integer;
  events integer;
  uploads integer;
begin
  update candor.campaign set intake = candor.without_header_text(intake)
  where intake <> candor.without_header_text(intake);
  get diagnostics campaigns = row_count;

  -- The only change that events have ever seen, and it is an event itself.
  alter table candor.event disable trigger event_append_only;
  update candor.event set data = candor.without_header_text(data)
  where kind = 'imported' and data <> candor.without_header_text(data);
  get diagnostics events = row_count;
  alter table candor.event enable trigger event_append_only;

  -- Which column a header stood over is in the sealed file: a person chooses again.
  update candor.upload set mapping = '{}' where mapping <> '{}';
  get diagnostics uploads = row_count;
  -- And every file that waits is read anew, at once, by the rules of today.
  delete from candor.upload_problem p using candor.upload u where u.upload_no = p.upload_no and u.state in ('read', 'unusable');
  update candor.upload set state = 'reading', version = version + 1, rows_read = 0, report_sealed = null,
    touched_at = now() - interval '1 hour'
  where state in ('read', 'unusable');

  if campaigns + events + uploads > 0 then
    insert into candor.event (actor, kind, data) values ('candor', 'header-text-removed',
      jsonb_build_object('campaigns', campaigns, 'events', events, 'uploads', uploads));
  end if;
end $$;

drop function candor.without_header_text(jsonb);
