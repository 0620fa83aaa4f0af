import { parseLayoutPath } from '../../core/hbase/layout.ts';
import { checkSnapshotName } from '../../core/hbase/snapshot-name.ts';
import { parseStoreFileName } from '../../core/hbase/store-file-name.ts';
import { tableInfosNewestFirst } from '../../core/hbase/table-info-name.ts';
import { parseTableName } from '../../core/hbase/table-name.ts';
import { parseWalPath, walCandidates } from '../../core/hbase/wal/wal-name.ts';
import type { Random } from './random.ts';
import { refusalOf } from './refusal.ts';
import type { Target } from './target.ts';

const REGION = '4607f239e91d041cfa462ca14efa96c8';
const SERVER = 'rs-1.example.com,16020,1700000000000';
const LOG = 'rs-1.example.com%2C16020%2C1700000000000';
/** What names are made of: a rule is written with the others' words, and repeated, to find one that looks again and again. */
const PARTS: readonly string[] = [
  ...['WALs/', 'oldWALs/', 'data/default/t/', 'archive/data/', 'mobdir/data/', '.hbase-snapshot/', 'recovered.edits/'],
  ...[`${SERVER}/`, `${SERVER}-splitting/`, LOG, `${LOG}.`, '.meta', '.syncrep', '.1700000000001', '-', '.', '=', '_'],
  ...[
    REGION,
    `${REGION}/`,
    '1588230740',
    '_SeqId_7_',
    '_del',
    '20240101',
    '.tableinfo.0000000001.625',
    'f/',
    'ns=',
    't=',
  ],
  ...['%2C', '%', '%00', '%E0%A4', '/', '//', '..', '../', '\0', '\n', '\u202e', '\ud800', 'ﬀ', '💾', '_$folder$', ':'],
  ...['0', '00000000000000000042', '9999999999999999999', '-1', '$masterlocalwal$', 'zookeeper', 'data.manifest', '+'],
];
const INVALID = ['InvalidTableName', 'InvalidFamilyName', 'InvalidSnapshotName', 'InvalidStoreFileName'];

/** Names come from listings: of any length, of any letters, and a rule for them must not take longer than they are long. */
export const NAME_TARGET: Target = {
  name: 'names',
  input: (random) => {
    let text = '';
    for (let i = random.below(9); i >= 0; i--) {
      const part = random.of(PARTS);
      text += random.below(8) === 0 ? part.repeat(1 + random.below(400)) : part;
    }
    return Buffer.from(random.below(4) === 0 ? damaged(random, text) : text);
  },
  check: async (bytes) => {
    const name = Buffer.from(bytes).toString();
    await refusalOf(INVALID, () => {
      const file = parseStoreFileName(name);
      if (file.kind === 'link' && /[/=]/.test(file.table.qualifier + file.region + file.hfile)) throw new Error(name);
    });
    await refusalOf(INVALID, () => parseLayoutPath(name));
    await refusalOf(INVALID, () => parseTableName(name));
    await refusalOf(INVALID, () => checkSnapshotName(name));
    tableInfosNewestFirst([name, name]);
    // Never throws: a name that nobody knows is an answer of its own.
    const log = parseWalPath(name);
    if (log.kind !== 'wal') return;
    const where = walCandidates(log);
    if (where.some((path) => path.split('/').some((part) => part === '' || part === '.' || part === '..')))
      throw new Error(`${name} leads to ${where.join()}`);
    const again = where.map((path) => parseWalPath(path));
    const isSame = again.every(({ kind, ...rest }) => kind === 'wal' && (rest as { name: string }).name === log.name);
    if (!isSame) throw new Error(`${name} is another where it is looked for`);
  },
};

function damaged(random: Random, text: string): string {
  const at = random.below(text.length);
  return text.slice(0, at) + String.fromCharCode(random.below(0x300)) + text.slice(at + random.below(3));
}
