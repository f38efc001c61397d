import type { z } from 'zod';
import { type RequestAttempt, unreadable } from './failures';

/** A reply so deep that it cannot be walked is one more that cannot be read. */
export function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown, attempt: RequestAttempt) {
  try {
    return schema.safeParse(body);
  } catch {
    throw unreadable(attempt, 'it cannot be taken in');
  }
}

/** The first few faults, with the field they are about; zod's texts name types, never values. */
export function faults(error: z.ZodError): string {
  const texts = error.issues.slice(0, 3).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const more = error.issues.length - texts.length;
  return texts.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
