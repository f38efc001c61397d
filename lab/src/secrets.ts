import { randomBytes } from 'node:crypto';

/** Looks like a password that Aiven gives to `avnadmin`; safe in a URI as it is. */
export function newPassword(): string {
  return `AVNS_${randomBytes(12).toString('hex')}`;
}

/** An API token; nothing but the lab that made it takes it. */
export function newToken(): string {
  return `lab-${randomBytes(24).toString('hex')}`;
}
