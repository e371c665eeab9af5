// The only place that touches the process's environment; everything else is handed what it needs.

/** An environment: names and values, as the system gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}
