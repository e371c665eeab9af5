// What the pages need to know who somebody is.

export interface Operator {
  readonly id: number;
  /** Goes into the event log as the actor. */
  readonly name: string;
}

export interface TokenLine {
  readonly id: number;
  readonly name: string;
  /** Who made it, and with whose rights it acts. */
  readonly operator: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export interface AccessPort {
  /** Name under *.localhost at which browsers of this machine use the console: of this ledger alone, and hard to guess. */
  ownName(): Promise<string>;
  anyOperator(): Promise<boolean>;
  operators(): Promise<readonly Operator[]>;
  /** Who has this name, in whatever case; null: nobody. */
  find(name: string): Promise<Operator | null>;
  /** What is wrong with a password, to the person who chose it; null: nothing. */
  passwordProblem(password: string, name: string): string | null;
  /** Makes the first operator; null when somebody was faster. */
  first(name: string, password: string): Promise<Operator | null>;
  /** Makes an operator or gives one another password, which ends their sessions. */
  setPassword(name: string, password: string, actor: string): Promise<Operator>;
  /** The operator, if name and password are right. Either is on record, with the address from which it came; those with fewer failures are looked at first. Takes as long when they are not. Throws `sign-in-busy` when too many wait. */
  check(name: string, password: string, from: { address: string; failures: number }): Promise<Operator | null>;
  /** Puts on record that passwords from this address were not even looked at. The name stands there only if it is an operator's. */
  throttled(name: string, from: string): Promise<void>;
  removeOperator(id: number, actor: string): Promise<boolean>;
  /** Answers the session's secret; only its digest is kept. */
  startSession(operator: number): Promise<string>;
  /** Whose living session it is; keeps it alive. */
  session(secret: string): Promise<Operator | null>;
  /** Whether it lives; does not keep it alive. */
  sessionLives(secret: string): Promise<boolean>;
  endSession(secret: string): Promise<void>;
  endOtherSessions(operator: number, secret: string): Promise<number>;
  tokens(): Promise<readonly TokenLine[]>;
  /** Answers the token's secret, which nobody can read again. */
  makeToken(operator: Operator, name: string, days: number): Promise<string>;
  revokeToken(id: number, actor: string): Promise<boolean>;
  byToken(secret: string): Promise<Operator | null>;
}
