import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { NestedRoot, RootOwnedElsewhere } from '../../core/errors/input-errors.ts';
import { PlatformUnavailable, UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { REGISTRY_KEY, rootMarkerKey } from '../../core/image-layout.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { ObjectStore } from '../ports/object-store.ts';

const markerSchema = z.object({ format: z.literal(1), root: z.string(), tableArn: z.string() });
const registrySchema = z.object({ format: z.literal(1), roots: z.record(z.string(), z.string()) });

const MAX_BYTES = 1 << 20;
const TRIES = 10;

/**
 * {@link claimRootContract}: every begin reads the root marker; another table's ARN in it refuses. A root without marker
 * is claimed: first in the bucket's registry (compare and set, refusing nested roots), then by the marker, If-None-Match.
 */
export const claimRoot =
  (ports: { objects: ObjectStore; clock: Clock; ids: Ids }, config: { TABLE_ARN: string }) =>
  async (input: { root: string }): Promise<{ claimed: boolean }> => {
    const root = parseS3Uri(input.root, 'root');
    const mine = Buffer.from(`${canonicalJson({ format: 1, root: root.uri, tableArn: config.TABLE_ARN })}\n`);
    const marker = await ports.objects.get(root.bucket, rootMarkerKey(root), MAX_BYTES);
    if (marker) {
      checkOwner(root, marker.bytes, config.TABLE_ARN);
      return { claimed: false };
    }
    await register(ports, root, config.TABLE_ARN);
    const { decision } = await ports.objects.putOnce(root.bucket, rootMarkerKey(root), mine);
    if (decision === 'EXISTS') {
      const winner = await ports.objects.get(root.bucket, rootMarkerKey(root), MAX_BYTES);
      if (winner) checkOwner(root, winner.bytes, config.TABLE_ARN);
    }
    return { claimed: true };
  };

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, where: string): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw new UnknownAnswer(
      `${where} is no marker of format 1`,
      'look at the object; a newer release may have written it',
    );
  }
}

function checkOwner(root: S3Uri, bytes: Uint8Array, tableArn: string): void {
  const marker = parse(markerSchema, bytes, `${root.uri}/HOLDFAST`);
  if (marker.tableArn === tableArn) return;
  throw new RootOwnedElsewhere(
    `${root.uri} belongs to the system table ${marker.tableArn}; this stack's is ${tableArn}`,
    'use the stack that owns it, or another root: two tables cannot fence one another',
    { owner: marker.tableArn },
  );
}

async function register(
  ports: { objects: ObjectStore; clock: Clock; ids: Ids },
  root: S3Uri,
  tableArn: string,
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const stored = await ports.objects.get(root.bucket, REGISTRY_KEY, MAX_BYTES);
    const roots = stored ? parse(registrySchema, stored.bytes, `s3://${root.bucket}/${REGISTRY_KEY}`).roots : {};
    const nested = Object.keys(roots).find(
      (other) =>
        other !== root.prefix &&
        (`${other}/`.startsWith(`${root.prefix}/`) || `${root.prefix}/`.startsWith(`${other}/`)),
    );
    if (nested !== undefined) {
      throw new NestedRoot(
        `${root.uri} and the backup root s3://${root.bucket}/${nested} lie in one another`,
        'choose a root beside it',
        { other: nested },
      );
    }
    if (roots[root.prefix] !== undefined) return; // another table's claim shows in the marker
    const bytes = Buffer.from(`${canonicalJson({ format: 1, roots: { ...roots, [root.prefix]: tableArn } })}\n`);
    const written = stored
      ? (await ports.objects.putIfMatch(root.bucket, REGISTRY_KEY, bytes, stored.etag)).decision === 'WRITTEN'
      : (await ports.objects.putOnce(root.bucket, REGISTRY_KEY, bytes)).decision === 'CREATED';
    if (written) return;
    await ports.clock.sleep(ports.ids.random() * 200 * attempt);
  }
  throw new PlatformUnavailable(`s3://${root.bucket}/${REGISTRY_KEY} kept changing in ${TRIES} tries`, 'run it again');
}
