import { writeFile } from 'node:fs/promises';
import { UnknownAnswer } from '../core/errors/platform-errors.ts';
import { parseS3Uri } from '../core/s3-uri.ts';
import type { RestoredTables } from '../lambdas/contracts/restored-tables.ts';
import type { World } from './compose.ts';
import type { Output } from './output.ts';
import { plural } from './text.ts';

const MOST_SCRIPT = 64 << 20;

/** Says what makes tables of what was restored, and writes the script that does, if a file is named. */
export async function finishRestore(
  output: Output,
  world: Pick<World, 'objects'>,
  { tables, script, labels }: RestoredTables,
  file: string | undefined,
): Promise<void> {
  if (labels?.decision === 'UNKNOWN') {
    output.note('Labels', `what visibility tags in the cells mean is not known: ${labels.reason}`);
  }
  if (script === null) return;
  const has = [
    script.grants > 0 ? plural(script.grants, 'permission') : '',
    script.quotas > 0 ? plural(script.quotas, 'quota') : '',
  ].filter((text) => text !== '');
  if (file !== undefined) {
    await writeFile(file, script.text ?? (await whole(world, script.at)));
    const also = ['the tables', ...has].join(', ');
    output.note('Next', `look through it, then: hbase shell -n ${file}\nnamespaces, ${also}; it may be run again`);
    return;
  }
  const namespaces = script.namespaces.map((command) => `${command}  # unless it is there`);
  output.note('Next', `in the HBase shell:\n${[...namespaces, ...tables.map((t) => t.command)].join('\n')}`);
  if (has.length > 0) {
    output.note('Script', `all that with ${has.join(' and ')}, to look through and run (hbase shell -n): ${script.at}`);
  }
}

async function whole({ objects }: Pick<World, 'objects'>, at: string): Promise<Uint8Array> {
  const { bucket, prefix } = parseS3Uri(at, 'script');
  const object = await objects.get(bucket, prefix, MOST_SCRIPT);
  if (object === undefined) throw new UnknownAnswer(`${at} is missing`, 'restore again: equal files are used again');
  return object.bytes;
}
