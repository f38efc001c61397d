import { hasInvisibles } from '../util/text';

/** Of every text that somebody sends: who, why, and the like. In UTF-16 units, as JavaScript counts. */
export const TEXT_LIMIT = 500;

/** What is wrong with a text that somebody sends; `undefined` when it is good. One that is required is not blank. */
export function faultOfText(field: string, value: unknown, isRequired: boolean): string | undefined {
  if (typeof value !== 'string' || (isRequired && value.trim() === '')) return `"${field}" must be a text`;
  if (value.length > TEXT_LIMIT) return `"${field}" must be a text of at most ${TEXT_LIMIT} characters`;
  if (hasInvisibles(value)) return `"${field}" must be one line, without control characters`;
  return undefined;
}
