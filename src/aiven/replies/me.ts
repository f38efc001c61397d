import { z } from 'zod';
import { compact } from '../../util/compact';
import { lenient, name, text } from './parts';

/** `GET /v1/me`: who the token belongs to. `user` is the login, an e-mail address, also for application users. */
export const meReply = z.object({
  user: z
    .object({ user: name, real_name: lenient(text), state: lenient(text) })
    .transform(({ real_name, ...it }) => compact({ ...it, realName: real_name })),
});
export type Me = z.output<typeof meReply>['user'];
