import { z } from 'zod';
import { compact } from '../../util/compact';
import { optional, time } from './parts';

/**
 * `GET /v1/access_token`: when each token of the user ends; nothing that would identify it, neither prefix nor
 * description. Source: Aiven OpenAPI, `AccessTokenList`.
 */
export const accessTokensReply = z.object({
  tokens: z.array(
    z
      .object({
        /** True of the token that this very request was made with. */
        currently_active: optional(z.boolean()),
        /** ISO 8601; left out when the token has no end. */
        expiry_time: optional(time),
        /** The end moves on with every use. */
        extend_when_used: optional(z.boolean()),
      })
      .transform((it) =>
        compact({
          currentlyActive: it.currently_active,
          expiryTime: it.expiry_time,
          extendWhenUsed: it.extend_when_used,
        }),
      ),
  ),
});
export type AccessToken = z.output<typeof accessTokensReply>['tokens'][number];
