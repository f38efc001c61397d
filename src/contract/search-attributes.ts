import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * The five Keyword search attributes that make the workflow list a board. They must be registered in the namespace
 * before a worker polls: an upsert of an unregistered one fails every workflow task from then on.
 */
export const searchAttributes = {
  project: defineSearchAttributeKey('SwitchbackProject', SearchAttributeType.KEYWORD),
  service: defineSearchAttributeKey('SwitchbackService', SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey('SwitchbackPhase', SearchAttributeType.KEYWORD),
  /** The cause of the newest alarm that stands; absent while none does. */
  alarm: defineSearchAttributeKey('SwitchbackAlarm', SearchAttributeType.KEYWORD),
  outcome: defineSearchAttributeKey('SwitchbackOutcome', SearchAttributeType.KEYWORD),
} as const;
