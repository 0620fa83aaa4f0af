import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { BackupSession, putSource } from '../../../support/backup-session.ts';
import { Bucket } from '../../../support/bucket.ts';
import { fixture } from '../../../support/fixture.ts';
import { WORK_BUCKET, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';

let world: World;
let backup: BackupSession;
let backups: Bucket;
let work: Bucket;
beforeEach(async () => {
  world = await World.create({ roots: [ROOT], sources: [SOURCE], versioned: true });
  await putSource(world, SOURCE, fixture('shop'));
  backup = new BackupSession(world, { root: ROOT, source: SOURCE });
  backups = new Bucket(world, 'backups');
  work = new Bucket(world, WORK_BUCKET);
  await backup.begin();
  await backup.plan();
  await backup.copy();
  await backup.verify();
});

const removal = (authority: object) => ({ root: ROOT, sessionId: backup.begun!.sessionId, authority });
const image = () => `prod/images/${backup.begun!.sessionId}/`;
const marker = () => `${image()}manifest.json`;

async function rollBack() {
  const { epoch, runId } = await backup.takeOver();
  return removal({ kind: 'ROLL_BACK', epoch, runId });
}

/** Ends the roll-back, so that the session's entry is on the clean-up list. */
async function ended() {
  const input = await rollBack();
  await world.call('VoidManifest', input);
  await world.call('CleanDestination', input);
  const { epoch } = input.authority as unknown as { epoch: number };
  await world.call('RestoreSystemTable', {
    ...{ root: ROOT, sessionId: backup.begun!.sessionId, epoch, snapshot: backup.begun!.snapshot },
    execution: backup.begun!.execution,
  });
  const { notBefore } = await world.call<{ notBefore: number }>('EndRollBack', {
    ...{ root: ROOT, sessionId: backup.begun!.sessionId, epoch, execution: backup.begun!.execution },
    reason: { name: 'Test', message: 'a test', hint: 'none' },
  });
  const { entries } = (await world.call('ListCleanUp', { input: { root: ROOT } })) as {
    entries: { entryId: string }[];
  };
  return { input: removal({ kind: 'CLEAN_UP', entryId: entries[0]!.entryId }), notBefore };
}

describe('a roll-back', () => {
  it('removes every version and upload, and leaves the marker', async () => {
    await backup.seal();
    await backups.remove((await backups.keys(`${image()}data/`))[0]!);
    const Key = `${image()}data/x`;
    await world.clients.s3.send(new CreateMultipartUploadCommand({ Bucket: 'backups', Key }));
    const input = await rollBack();
    expect(await world.call('VoidManifest', input)).toEqual({ voided: true });
    expect(await world.call('CleanDestination', input)).toMatchObject({ aborted: 1, isDone: true });
    expect(await backups.versions('prod/images/')).toHaveLength(1);
    expect((await backups.get(marker())).toString()).toContain('VOID');
    expect(await world.call('CleanDestination', input)).toEqual({ deleted: 0, aborted: 0, isDone: true });
    expect(await world.call('CleanTemporaryData', input)).toMatchObject({ isDone: true });
    expect(await work.versions('work/')).toEqual([]);
  });

  it('keeps a late seal and a late copy from making anything of it', async () => {
    const input = await rollBack();
    await world.call('VoidManifest', input);
    await expect(backup.seal()).rejects.toMatchObject({ name: 'Fenced' });
    expect((await backups.get(marker())).toString()).toContain('VOID');
  });

  it.each(['nothing sealed', 'sealed'])('deletes nothing before the marker stands: %s', async (what) => {
    if (what === 'sealed') await backup.seal();
    const before = await backups.versions();
    const input = await rollBack();
    await expect(world.call('CleanDestination', input)).rejects.toMatchObject({ name: 'ImageConflict' });
    expect(await backups.versions()).toEqual(before);
  });

  it('stops when its time is up, and goes on when called again', async () => {
    const input = await rollBack();
    await world.call('VoidManifest', input);
    expect(await world.call('CleanDestination', input, 0)).toMatchObject({ deleted: 0, isDone: false });
    expect(await world.call('CleanDestination', input)).toMatchObject({ isDone: true });
  });

  it.each(['VoidManifest', 'CleanDestination', 'CleanTemporaryData'])(
    '%s is refused to whoever does not hold it',
    async (step) => {
      const before = [await backups.versions(), await work.versions('work/')];
      const { runId } = { runId: backup.begun!.execution.arn };
      const { epoch } = backup.begun!;
      // The session at work has no right to undo itself: there was no take-over.
      const atWork = removal({ kind: 'ROLL_BACK', epoch, runId });
      await expect(world.call(step, atWork)).rejects.toMatchObject({ name: 'Superseded' });
      const taken = await backup.takeOver();
      for (const wrong of [
        { epoch: taken.epoch - 1, runId },
        { epoch: taken.epoch, runId: 'another run' },
      ]) {
        const call = world.call(step, removal({ kind: 'ROLL_BACK', ...wrong }));
        await expect(call).rejects.toMatchObject({ name: 'Superseded' });
      }
      const noEntry = removal({ kind: 'CLEAN_UP', entryId: 'none' });
      await expect(world.call(step, noEntry)).rejects.toMatchObject({ name: 'Superseded' });
      expect([await backups.versions(), await work.versions('work/')]).toEqual(before);
    },
  );
});

describe('the clean-up', () => {
  it('after a commit takes temporary data only', async () => {
    await backup.commit(await backup.seal());
    const { entries } = (await world.call('ListCleanUp', { input: { root: ROOT } })) as {
      entries: { entryId: string }[];
    };
    const input = removal({ kind: 'CLEAN_UP', entryId: entries[0]!.entryId });
    const before = await backups.versions();
    for (const step of ['VoidManifest', 'CleanDestination', 'RemoveVoidMarker']) {
      await expect(world.call(step, input)).rejects.toMatchObject({ name: 'InvalidInput' });
    }
    expect(await backups.versions()).toEqual(before);
    await world.call('CleanTemporaryData', input);
    expect(await work.versions('work/')).toEqual([]);
  });

  it('removes the marker last, and only once nobody can write there any more', async () => {
    const { input, notBefore } = await ended();
    expect(await world.call('RemoveVoidMarker', input)).toMatchObject({ decision: 'TOO_EARLY' });
    await world.clock.sleep(notBefore - world.clock.now() + 1);
    await backups.put(`${image()}data/late`, 'x');
    expect(await world.call('RemoveVoidMarker', input)).toMatchObject({ decision: 'NOT_EMPTY' });
    await world.call('CleanDestination', input);
    expect(await world.call('RemoveVoidMarker', input)).toMatchObject({ decision: 'REMOVED' });
    expect(await backups.versions('prod/images/')).toEqual([]);
    expect(await world.call('RemoveVoidMarker', input)).toMatchObject({ decision: 'REMOVED' });
  });
});
