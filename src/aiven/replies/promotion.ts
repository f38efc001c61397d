import { z } from 'zod';
import { name } from './parts';

/** `PUT /v1/project/P/service/S`. Of the reply to a promotion nothing is needed: only reads prove it. */
export const promotionReply = z.object({ service: z.object({ update_time: name }) });
