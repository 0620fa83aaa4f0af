import type { BackupId } from '../../core/backup-id.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import { isSealed, type SealedRecord } from '../../core/image-choice.ts';
import type { ImageRecord, UnlistedFiles } from '../../core/items.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import { type DeleteDecision, type DoomedImage, decideDelete } from '../../core/plan/decide-delete.ts';
import { listedOrNot } from '../../core/plan/listed-or-not.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { DeleteRequest } from '../contracts/delete-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { DeletionPlan, PlannedDeletion } from './deletion-plan.ts';
import { listedFiles } from './listed-files.ts';

/** Where the lists of what nobody lists any more go; absent: they are counted and not written. */
export type WriteUnlisted = (
  nth: number,
  list: { readonly bytes: Uint8Array; readonly sha256: string },
) => Promise<string>;

interface Tally {
  freedFiles: number;
  freedBytes: number;
  heldBytes: number;
  readonly lines: LineCompressor;
}

/** Files between two looks at the clock. */
const LOOK_EVERY = 10_000;

/**
 * What a deletion does to a root with these records: decided by the records; of an image or shell whose bytes others may
 * still list, by a streamed merge of the sealed lists of those that go and those that stay. Never by a prefix: the lists
 * are frozen now, and whatever is listed later is something that is listed now.
 * @throws as decideDelete; ImageDamaged if a list cannot be read (I9); OutOfTime
 */
export async function planDeletion(
  objects: ObjectStore,
  request: DeleteRequest,
  records: readonly ImageRecord[],
  isOver: () => boolean,
  write?: WriteUnlisted,
): Promise<DeletionPlan> {
  const decision = decideDelete(records, request, request.sessions.length);
  const tallies = await tallied(objects, request.root, records, decision, isOver);
  const byId = new Map(records.map((record) => [record.id, record]));
  const images: PlannedDeletion[] = [];
  for (const [nth, image] of decision.doomed.entries()) {
    const tally = tallies.get(image.id);
    const record = byId.get(image.id)!;
    const { newFiles: freedFiles, newBytes: freedBytes } = record;
    const counted = tally ?? { freedFiles, freedBytes, heldBytes: 0 };
    images.push({
      ...{ ...image, heldBy: [...image.heldBy], first: [...image.first] },
      ...{ freedFiles: counted.freedFiles, freedBytes: counted.freedBytes, heldBytes: counted.heldBytes },
      unlisted: tally && image.becomes === 'SHELL' ? await unlistedOf(tally, nth, write) : null,
    });
  }
  const { pointsBefore, pointsAfter, later } = decision;
  const { root, sessions } = request;
  return { format: 1, root, images, sessions, pointsBefore, pointsAfter, later: [...later] };
}

async function unlistedOf(tally: Tally, nth: number, write: WriteUnlisted | undefined): Promise<UnlistedFiles> {
  const { bytes, sha256 } = await tally.lines.end();
  const key = (await write?.(nth, { bytes, sha256 })) ?? '';
  return { key, files: tally.freedFiles, bytes: tally.freedBytes, sha256 };
}

/** By holder: what goes and what stays of its bytes. An image that no other has to do with is not read at all. */
async function tallied(
  objects: ObjectStore,
  root: string,
  records: readonly ImageRecord[],
  { doomed }: DeleteDecision,
  isOver: () => boolean,
): Promise<ReadonlyMap<BackupId, Tally>> {
  const isAsked = ({ was, becomes }: DoomedImage) => was === 'SHELL' || becomes === 'SHELL';
  const tallies = new Map<BackupId, Tally>(
    doomed
      .filter(isAsked)
      .map(({ id }) => [id, { freedFiles: 0, freedBytes: 0, heldBytes: 0, lines: new LineCompressor() }]),
  );
  if (tallies.size === 0) return tallies;
  const holders = new Set(tallies.keys());
  const going = new Set(doomed.filter(({ was }) => was === 'COMPLETE').map(({ id }) => id));
  const lists = (image: SealedRecord) => holders.has(image.id) || image.holders.some((holder) => holders.has(holder));
  const sealed = records.filter(isSealed).filter(lists);
  const place = parseS3Uri(root, 'root');
  const files = (which: (image: SealedRecord) => boolean) => listedFiles(objects, place, sealed.filter(which), holders);
  let seen = 0;
  for await (const { path, size, holder, isListed } of listedOrNot(
    files(({ id }) => going.has(id)),
    files(({ id }) => !going.has(id)),
  )) {
    if (++seen % LOOK_EVERY === 0 && isOver()) {
      throw new OutOfTime('the lists of a deletion take longer than a function lives', 'delete fewer images at once');
    }
    const tally = tallies.get(holder)!;
    if (isListed) tally.heldBytes += size;
    else {
      tally.freedFiles++;
      tally.freedBytes += size;
      const behind = tally.lines.add(path);
      if (behind) await behind;
    }
  }
  return tallies;
}
