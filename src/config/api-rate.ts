import { z } from 'zod';
import { LEAST_PER_MINUTE } from '../contract/api-budget';

/** How many requests all workers that use one token may send together. */
export interface ApiRate {
  perMinute: number;
  /** As it was written: `120/min`, `4/s`. */
  text: string;
}

const PER_MINUTE = { s: 60, min: 1 } as const;

/** `SWITCHBACK_API_RATE`: a whole number a second or a minute. */
export const apiRate = z
  .string()
  .trim()
  .regex(/^[1-9]\d{0,5}\/(s|min)$/, 'must be requests per minute or second, such as 120/min or 4/s')
  .transform((text): ApiRate => {
    const [count, unit] = text.split('/');
    return { perMinute: Number(count) * PER_MINUTE[unit as keyof typeof PER_MINUTE], text };
  })
  .refine(({ perMinute }) => perMinute >= LEAST_PER_MINUTE, `must be at least ${LEAST_PER_MINUTE}/min`);
