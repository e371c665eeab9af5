-- Who signs the letters of a campaign, frozen at launch: `selector._domainkey.domain`, the name of the public key in the
-- DNS. Null: nobody here does. The private key is never in the ledger.
alter table candor.campaign add column signature_name text
  constraint campaign_signature_is_named check (signature_name like '_%._domainkey._%');
