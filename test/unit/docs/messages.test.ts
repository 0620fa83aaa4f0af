import { expect, it } from 'vitest';
import { MESSAGE_TYPES } from '../../../cli/message-types.ts';
import { documentedMessages } from '../../support/documented-messages.ts';

// That each line has the fields documented for it is looked at whenever a test in test/e2e prints one.
it('docs/design.md has every message_type that can be printed, once, and no other', () => {
  expect([...documentedMessages.keys()]).toEqual([...MESSAGE_TYPES]);
});
