import { expect, it } from 'vitest';
import { compressLines } from '../../../../core/compressed-lines.ts';
import { findChunkLines } from '../../../../lambdas/operations/chunk-lines.ts';

const objectsWith = (bytes: Uint8Array | undefined) => ({
  getStream: async () =>
    bytes &&
    (async function* () {
      yield bytes;
    })(),
});

it('reads the lines back', async () => {
  expect(await findChunkLines(objectsWith(compressLines(['a', 'b'])), 'work', 'k')).toEqual(['a', 'b']);
  expect(await findChunkLines(objectsWith(undefined), 'work', 'k')).toBeUndefined();
});

it('names a damaged chunk by a domain error', async () => {
  const bytes = Buffer.from(compressLines(['a', 'b']));
  bytes[0] = 0;
  await expect(findChunkLines(objectsWith(bytes), 'work', 'k')).rejects.toMatchObject({
    name: 'UnknownAnswer',
    message: expect.stringContaining('s3://work/k'),
  });
});
