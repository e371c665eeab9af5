// The only place that touches the process's environment; everything else is handed what it needs.

/** An environment: names and values, as the system gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables that libraries would read by themselves, past every check: those of the Postgres driver and of the client
 * library that it follows (pg 8.23 `connection-parameters.js`, `index.js`, pgpass 1.0 `helper.js`; PostgreSQL 18
 * documentation, section 32.15), and Node's that checks no certificate of anybody.
 */
const readByLibraries =
  /^(?:PG(?:HOST|HOSTADDR|PORT|DATABASE|USER|PASSWORD|PASSFILE|PASS_NO_DEESCAPE|SERVICE|SERVICEFILE|SYSCONFDIR|LOCALEDIR|OPTIONS|APPNAME|BINARY|CLIENT_ENCODING|CLIENTENCODING|REPLICATION|REALM|SSL[A-Z]+|REQUIRE[A-Z]+|MINPROTOCOLVERSION|MAXPROTOCOLVERSION|GSS[A-Z]+|KRBSRVNAME|CHANNELBINDING|CONNECT_TIMEOUT|TARGETSESSIONATTRS|LOADBALANCEHOSTS|TZ|DATESTYLE|GEQO)|NODE_PG_FORCE_NATIVE|NODE_TLS_REJECT_UNAUTHORIZED)$/;

/** True for a variable that a library would read, and that counts nowhere here. */
export function isReadByLibraries(name: string): boolean {
  return readByLibraries.test(name);
}

/**
 * The environment of this process, as it was given. What libraries would read by themselves is taken out of the process:
 * it would decide where the ledger is and whose certificates are checked, embedded server and relay included. Called before
 * any of them is loaded.
 */
export function processEnvironment(of: NodeJS.ProcessEnv = process.env): Environment {
  const given = { ...of };
  for (const name of Object.keys(given)) if (isReadByLibraries(name)) delete of[name];
  return given;
}
