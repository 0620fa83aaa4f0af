import { expect, test } from 'vitest';
import { History } from '../../../../local/stepfunctions/history.ts';

test('the last of 25,000 events is kept for the end', () => {
  const history = new History();
  const chain = { last: 0 };
  for (let n = 0; n < 24_999; n++) history.append(0, chain, 'PassStateEntered');
  expect(() => history.append(0, chain, 'PassStateExited')).toThrow('maximum number of history events');
  expect(history.close(0, chain, 'ExecutionFailed').id).toBe(25_000);
});
