// The routes of the console, and which methods an address takes. Pure.

export interface KnownRoute {
  readonly method: string;
  readonly path: string;
  /** Answers without a session. */
  readonly open: boolean;
}

/** The methods that the routes of this path take, in order; none: there is no such address. */
export function methodsAt(routes: readonly KnownRoute[], path: string): string[] {
  const parts = path.split('/');
  return [
    ...new Set(routes.filter((route) => fits(route.path.split('/'), parts)).map(({ method }) => method)),
  ].toSorted();
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((one, index) => (one.startsWith(':') ? parts[index] !== '' : one === parts[index]))
  );
}
