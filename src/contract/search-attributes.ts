import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * The search attributes that make the workflow list a board, and a trend of what was measured. They must be registered in the namespace
 * before a worker polls: an upsert of an unregistered one fails every workflow task from then on.
 */
export const searchAttributes = {
  project: defineSearchAttributeKey('SwitchbackProject', SearchAttributeType.KEYWORD),
  service: defineSearchAttributeKey('SwitchbackService', SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey('SwitchbackPhase', SearchAttributeType.KEYWORD),
  /** The cause of the newest alarm that stands; absent while none does. */
  alarm: defineSearchAttributeKey('SwitchbackAlarm', SearchAttributeType.KEYWORD),
  outcome: defineSearchAttributeKey('SwitchbackOutcome', SearchAttributeType.KEYWORD),
  /** The longest measured write gap of its moves, seconds; absent when none was measured. */
  gapSeconds: defineSearchAttributeKey('SwitchbackGapSeconds', SearchAttributeType.DOUBLE),
  /** The acknowledged rows that its moves lost, counted; absent when they were not. */
  lostRows: defineSearchAttributeKey('SwitchbackLostRows', SearchAttributeType.INT),
} as const;

/** As Temporal's tools spell the types. */
const SPELLED = { KEYWORD: 'Keyword', DOUBLE: 'Double', INT: 'Int' } as const;

export type AttributeType = (typeof SPELLED)[keyof typeof SPELLED];

/** The type of each, by its name in the namespace. */
export const attributeTypes: Readonly<Record<string, AttributeType>> = Object.fromEntries(
  Object.values(searchAttributes).map(({ name, type }) => [name, SPELLED[type]]),
);
