import type { Command } from 'commander';
import { meantId, meantImages } from '../../core/image-choice.ts';
import { manifestKey } from '../../core/image-layout.ts';
import type { ImageRecord, ImageTableRecord } from '../../core/items.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chainOf, restorablePoints } from '../chain.ts';
import { clusterLine, describedCluster } from '../described-cluster.ts';
import { holderOf, holderText } from '../holder.ts';
import { plural, sizeText, timeText } from '../text.ts';
import { knownRoot } from '../typed-place.ts';
import type { RunVerb } from '../verb.ts';

export function describeVerb(program: Command, run: RunVerb): void {
  program
    .command('describe')
    .description('one backup: what, when, tables, bytes and where they are, how it was verified, how to restore it')
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .addHelpText(
      'after',
      `
Examples:
  holdfast describe s3://acme-backups/prod latest
  holdfast describe s3://acme-backups/prod backup_1795539001120 --json`,
    )
    .action(async (typed: string, id: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world }) => {
        const here = await world();
        const root = parseS3Uri(await knownRoot(here, typed), 'root');
        const images: ImageRecord[] = [];
        for await (const image of here.table.listImages(root.uri)) images.push(image);
        const sessions = new Map((await collect(here.table.listSessions(root.uri))).map((s) => [s.id, s]));
        const meant =
          id === 'latest'
            ? (meantImages(images, id, root.uri)[0]?.id ?? '')
            : meantId([...new Set([...sessions.keys(), ...images.map((i) => i.id)])], id, root.uri);
        const session = sessions.get(meant);
        const image = images.find((one) => one.id === meant);
        const tables: ImageTableRecord[] = image ? await collect(here.table.listImageTables(root.uri, meant)) : [];
        const heldBy = images
          .filter((one) => one.id !== meant && one.state === 'COMPLETE' && one.holders.includes(meant))
          .map((one) => one.id);
        const chain = image ? chainOf(images, image) : [];
        const points = await restorablePoints(here, root.uri, chain, tables);
        const cluster = image && (await describedCluster(here, root, image));
        const holder = await holderOf(here, root.uri);
        const active = holder?.flag.sessionId === meant ? holderText(holder) : null;
        output.document(
          'description',
          {
            root: root.uri,
            active,
            session: session ?? null,
            image: image ?? null,
            tables,
            chain,
            points,
            heldBy,
            cluster: cluster ?? null,
          },
          () => {
            output.note(
              'What',
              `${meant}  ${session?.operation ?? image?.type ?? ''}  ${image?.state ?? session?.state ?? ''}${active ? `, ${active}` : ''}`,
            );
            if (session)
              output.note(
                'When',
                `started ${timeText(session.startedAt)}${session.endedAt ? `, ended ${timeText(session.endedAt)}` : ''}`,
              );
            if (session?.reason) {
              output.note('Failed', `${session.reason.name}: ${session.reason.message}`);
              output.note('Next', session.reason.hint);
            }
            if (!image) return;
            if (image.deletedBy) {
              const why =
                image.state === 'SHELL' ? 'it holds bytes that others list' : 'its bytes go with the clean-up';
              output.note('Deleted', `by ${image.deletedBy}; ${why}`);
            }
            output.table(
              ['TABLE', 'SNAPSHOT', 'FOLLOWS ON', 'AS OF', 'FILES', 'BYTES', 'NEW'],
              tables.map((t) => [
                t.table,
                t.kind === 'WALS' ? 'from logs' : t.snapshot,
                t.parent ?? '– (full)',
                timeText(t.position),
                String(t.files),
                sizeText(t.bytes),
                sizeText(t.newBytes),
              ]),
            );
            for (const { table, position, snapshotEnd } of tables) {
              if (snapshotEnd === undefined) continue;
              output.note(
                'Interval',
                `${table}: each region as of a moment between ${timeText(position)} and ${timeText(snapshotEnd)}, when its snapshot was begun and was whole`,
              );
            }
            const shared = image.bytes - image.newBytes;
            output.note(
              'Bytes',
              `${plural(image.files, 'file')}, ${sizeText(image.bytes)}; ${sizeText(image.newBytes)} of its own${shared > 0 ? `, ${sizeText(shared)} in ${image.holders.filter((h) => h !== meant).join(', ')}` : ''}`,
            );
            if (chain.length > 1) {
              output.note(
                'Chain',
                chain
                  .map(({ id, type, state }) => `${id} ${type.toLowerCase()}${state === 'COMPLETE' ? '' : ` ${state}`}`)
                  .join(' ← '),
              );
              for (const { table, points: restorable } of points) {
                output.note('Points', `${table}: ${restorable.map(({ position }) => timeText(position)).join(', ')}`);
              }
            }
            if (cluster) output.note('Cluster', clusterLine(cluster));
            if (heldBy.length > 0) output.note('Held by', heldBy.join(', '));
            output.note('Where', `s3://${root.bucket}/${manifestKey(root, meant)}`);
            if (image.state !== 'COMPLETE') return;
            output.note(
              'Verified',
              'every object listed with the size, ETag and CRC64NVME of its copy; sources unchanged after it',
            );
            output.note(
              'Restore',
              // Without -t it restores every table: as the line does that names them.
              `holdfast restore ${root.uri} ${meant}${tables.length > 3 ? '' : ` -t ${tables.map((t) => t.table).join(',')}`} --target s3://…`,
            );
          },
        );
        return 0;
      }),
    );
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
