// A day and a time as a form's field gives them (`datetime-local`), taken as UTC. Pure.
import { z } from 'zod';

/** The moment of `2026-11-28T09:30`, with or without seconds; null when there is no such day or time. */
export function utcMoment(text: string): Date | null {
  const at = new Date(`${text}Z`);
  // Date takes 31 February for 3 March: only what reads back as it was written exists.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? at : null;
}

/** The field of a form; what is wrong with it is told in words. */
export const utcTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'Give a day and a time.')
  .transform((text, context) => {
    const at = utcMoment(text);
    if (at !== null) return at;
    context.addIssue({ code: 'custom', message: 'There is no such day.' });
    return z.NEVER;
  });
