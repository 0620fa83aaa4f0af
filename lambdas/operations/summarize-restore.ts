import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { summaryKey } from '../../core/restore-layout.ts';
import { finishingCommand } from '../../core/restore-names.ts';
import { resultKey, workPrefix } from '../../core/stack-layout.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RestoredTables } from '../contracts/restored-tables.ts';
import type { InputOf } from '../contracts/step-contract.ts';
import type { summarizeRestoreContract } from '../contracts/summarize-restore.contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { atOnce } from './at-once.ts';
import { readChunkLines } from './chunk-lines.ts';
import { PlannedTables } from './planned-tables.ts';
import { readWorkJson } from './read-work-json.ts';
import { RequestFile } from './request-file.ts';
import { writeScript } from './write-script.ts';

/** Of 256 KiB that a state may hand on; the rest is for what the machine adds. */
const MOST_CHARACTERS = 150_000;
const AT_ONCE = 16;

const placed = z.object({ action: z.enum(['copied', 'reused']) });

/** {@link summarizeRestoreContract}. The whole summary goes to the work bucket; the output leaves out what is too long. */
export const summarizeRestore =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run, published }: InputOf<typeof summarizeRestoreContract>): Promise<RestoredTables> => {
    const { objects } = ports;
    const request = await new RequestFile(objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const work = workPrefix(root, run);
    const plan = new PlannedTables(objects, config.WORK_BUCKET, work);
    const tables: RestoredTables['tables'] = [];
    const commands: { readonly command: string; readonly replaces: boolean }[] = [];
    let shows: RestoredTables['shows'] = { clusterId: null, layoutVersion: null, tracker: null, line: 'unknown' };
    for (const [i, { table, target, snapshot }] of request.tables.entries()) {
      const { files, bytes, chunks, replaces, restore } = await plan.read(i);
      if (restore === undefined)
        throw new UnknownAnswer(`table ${i} of ${work} is no plan of a restore`, 'start it again');
      const { shows: shown, ...found } = restore;
      shows = shown;
      const reused = published ? await countReused(chunks.map(({ chunk }) => chunk)) : 0;
      const copied = published ? files - reused : 0;
      const command = finishingCommand({ snapshot, table, target, replaces });
      commands.push({ command, replaces });
      tables.push({ table, target, snapshot, files, bytes, copied, reused, command, ...found });
    }
    const toScript = request.tables.map((one, i) => ({ ...one, ...commands[i]! }));
    const script = published
      ? await writeScript(objects, { bucket: config.WORK_BUCKET, work }, request, toScript)
      : null;
    const summary = `s3://${config.WORK_BUCKET}/${summaryKey(work)}`;
    const whole: RestoredTables = {
      ...{
        restoreId: run,
        image: request.image,
        target: request.target,
        published,
        tables,
        shows,
        labels: request.labels,
        script,
        omitted: 0,
        summary,
      },
    };
    await objects.put(config.WORK_BUCKET, summaryKey(work), Buffer.from(canonicalJson(whole)));
    const shown: RestoredTables['tables'] = [];
    let characters = 0;
    for (const table of tables) {
      characters += JSON.stringify(table).length;
      if (characters > MOST_CHARACTERS) break;
      shown.push(table);
    }
    return { ...whole, tables: shown, omitted: tables.length - shown.length };

    async function countReused(chunks: readonly number[]): Promise<number> {
      const counts = await atOnce(AT_ONCE, chunks, async (chunk) => {
        const from = { bucket: config.WORK_BUCKET, key: resultKey(work, chunk), next: 'start it again' } as const;
        const lines = await readChunkLines(objects, from.bucket, from.key);
        return lines.filter((line) => readWorkJson(placed, line, from).action === 'reused').length;
      });
      return counts.reduce((sum, count) => sum + count, 0);
    }
  };
