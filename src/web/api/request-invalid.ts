// A request that says something that it cannot mean, field by field.
import { CandorError } from '../../domain/errors.ts';

export interface RequestProblem {
  readonly in: 'body' | 'query' | 'header';
  /** Path to the field; empty: the whole. */
  readonly field: string;
  readonly message: string;
}

export class RequestInvalid extends CandorError {
  readonly problems: readonly RequestProblem[];

  constructor(problems: readonly RequestProblem[]) {
    super('request-invalid');
    this.problems = problems;
  }
}
