import { expect, it } from 'vitest';
import { abandonUpload } from '../../../../lambdas/operations/abandon-upload.ts';

it('an upload that cannot be ended does not hide why it was given up', async () => {
  let aborted = 0;
  const upload = {
    abort: async () => {
      aborted++;
      throw new Error('SlowDown');
    },
  };
  const first = new Error('a damaged log');
  await expect(abandonUpload(upload, first)).rejects.toBe(first);
  expect(aborted).toBe(1);
});
