import { expect } from 'vitest';
import { readCompressedLines } from '../../core/compressed-lines.ts';
import { type PositionLine, positionLineSchema } from '../../core/position-line.ts';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { AS_OF, layOut, pointOf } from './as-of.ts';
import type { FixtureName } from './fixture.ts';
import { type Ended, type HoldfastCloud, ROOT, SOURCE } from './holdfast-cloud.ts';
import { rootFacts } from './root-facts.ts';

/** Backups of a fixture's tables as it stands at a point, by the deployed app. */
export class LogChain {
  readonly h: HoldfastCloud;
  readonly name: FixtureName;
  readonly tables: readonly string[];

  constructor(h: HoldfastCloud, name: FixtureName) {
    this.h = h;
    this.name = name;
    this.tables = Object.keys(pointOf(name, 'T0').tables);
  }

  /** Lays out T0 and takes a full of it. */
  async full(): Promise<BackupSummary> {
    await layOut(this.h, this.name, 'T0');
    const input = { root: ROOT, source: SOURCE, tables: this.tables };
    return made(await this.h.run('FullBackupStateMachine', input));
  }

  increment(input: object = {}): Promise<Ended> {
    return this.h.run('IncrementalBackupStateMachine', { ...AS_OF, tables: this.tables, ...input });
  }

  /** Lays out a point and takes an increment of it. */
  async incrementAt(point: string, input: object = {}): Promise<BackupSummary> {
    await layOut(this.h, this.name, point);
    return made(await this.increment(input));
  }

  /** A line a table. */
  async positionsOf(image: string): Promise<PositionLine[]> {
    const stored = await this.h.objects.get('backups', `prod/images/${image}/positions.jsonl.zst`, 1 << 20);
    const lines = await Array.fromAsync(readCompressedLines([stored!.bytes]));
    return lines.map((line) => positionLineSchema.parse(JSON.parse(line)));
  }

  async images(): Promise<string[]> {
    return (await rootFacts(this.h, ROOT)).images.map(({ id }) => id);
  }

  // ---- the source

  put(path: string, Body: Uint8Array | string) {
    return this.h.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
  }

  remove(path: string) {
    return this.h.cloud.call('s3', 'DeleteObject', { Bucket: 'hbase', Key: `root/${path}` });
  }

  async bytesOf(path: string): Promise<Buffer> {
    return Buffer.from((await this.h.objects.get('hbase', `root/${path}`, 1 << 28))!.bytes);
  }

  async move(path: string, to: string): Promise<void> {
    await this.put(to, await this.bytesOf(path));
    await this.remove(path);
  }

  /** The one path of the source that ends so. */
  async pathOf(end: string): Promise<string> {
    const paths: string[] = [];
    for await (const { key } of this.h.objects.list('hbase', 'root/')) {
      if (key.endsWith(end)) paths.push(key.slice('root/'.length));
    }
    expect(paths).toHaveLength(1);
    return paths[0]!;
  }
}

export function made(ended: Ended): BackupSummary {
  expect(ended.cause).toBeUndefined();
  expect(ended.status).toBe('SUCCEEDED');
  return ended.output as BackupSummary;
}
