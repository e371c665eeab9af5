// Warnings about variables that nobody reads: a typo in a name must not silently become a default.
import { isReadByLibraries, type Environment } from './environment.ts';
import { nearestName } from './nearest-name.ts';
import { isSecret, variableNames } from './variables.ts';

/**
 * One line for each unknown `CANDOR_*` variable and each near miss of another name (`SMTP_ULR`).
 * Names only: what an unknown variable holds may be secret.
 */
export function strayNames(env: Environment): string[] {
  const known = new Set<string>(variableNames.flatMap((name) => (isSecret(name) ? [name, `${name}_FILE`] : [name])));
  const warnings = ofLibraries(env);
  for (const name of Object.keys(env).toSorted()) {
    if (known.has(name) || env[name] === undefined || isReadByLibraries(name)) continue;
    const open = name.endsWith('_FILE') ? variableNames.find((candidate) => `${candidate}_FILE` === name) : undefined;
    const near = nearestName(name.toUpperCase(), known, slipsAllowed(name));
    if (open !== undefined) warnings.push(`${name} is not read: only secrets can stand in a file; set ${open}.`);
    else if (near !== null) warnings.push(`${name} is not read; did you mean ${near}?`);
    else if (/^CANDOR_/i.test(name)) warnings.push(`${name} is not read; docs/CONFIG.md lists the variables.`);
  }
  return warnings;
}

/** One line for what the Postgres driver would have read, one for Node's. */
function ofLibraries(env: Environment): string[] {
  const names = Object.keys(env).filter((name) => env[name] !== undefined && isReadByLibraries(name));
  const ofPostgres = names.filter((name) => name.includes('PG')).toSorted();
  const warnings: string[] = [];
  if (ofPostgres.length > 0)
    warnings.push(
      `${ofPostgres.join(', ')} ${ofPostgres.length === 1 ? 'is' : 'are'} not read: DATABASE_URL alone says where the ledger is and how it is reached, with ?sslmode= and ?options= in it.`,
    );
  if (names.length > ofPostgres.length)
    warnings.push(
      'NODE_TLS_REJECT_UNAUTHORIZED is not read: certificates are checked. SMTP_CA names an authority for the relay, NODE_EXTRA_CA_CERTS one for everything.',
    );
  return warnings;
}

/** Short names have chance neighbours (PORT, SORT, HOST, COST): only long ones are taken for typos. */
function slipsAllowed(name: string): number {
  if (/^CANDOR_/i.test(name)) return 3;
  return name.length >= 8 ? 2 : name.length >= 6 ? 1 : 0;
}
