import { describe, expect, it } from 'vitest';
import { ImageDamaged } from '../../../core/errors/image-errors.ts';
import type { FileEntry } from '../../../core/file-entry.ts';
import { readFileEntry, writeFileEntry } from '../../../core/file-entry-line.ts';

const entry: FileEntry = {
  path: 'shop/orders/0123456789abcdef0123456789abcdef/d/aa',
  size: 3,
  holder: 'backup_1700000000000',
  etag: 'e',
  checksum: { algorithm: 'CRC64NVME', value: 'AAAAAAAAAAA=' },
  source: { clusterId: 'c', area: 'data', etag: 'e' },
};

describe('a line of a file list', () => {
  it('reads what it wrote', () => {
    expect(readFileEntry(writeFileEntry(entry), 'here')).toEqual(entry);
  });

  it.each([
    ['', 'no JSON'],
    ['null', 'without path'],
    [{ path: '' }, 'without path'],
    [{ path: 'a/b/c' }, 'a path that is not'],
    [{ path: '../../0123/d/aa' }, 'a path that is not'],
    [{ path: 'shop/orders/0123/d/..' }, undefined],
    [{ path: 'shop/orders/0123/d/a/b' }, 'a path that is not'],
    [{ path: '/shop/orders/0123/aa' }, 'a path that is not'],
    [{ size: -1 }, 'without a size'],
    [{ size: 1.5 }, 'without a size'],
    [{ holder: '../backup_1700000000000' }, 'without a holder'],
    [{ etag: 7 }, 'without path or ETag'],
    [{ checksum: { algorithm: 'MD5', value: 'x' } }, 'CRC64NVME'],
    [{ source: {} }, 'without a source'],
  ])('refuses %o', (change, why) => {
    const line = typeof change === 'string' ? change : JSON.stringify({ ...entry, ...change });
    const reading = () => readFileEntry(line, 'here');
    expect(reading).toThrow(ImageDamaged);
    if (why !== undefined) expect(reading).toThrow(why);
  });
});
