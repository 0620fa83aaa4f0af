import type { Mutation } from './mutation.ts';

const control = 'lambdas/adapters/dynamodb/control-item.ts';
const table = 'lambdas/adapters/dynamodb/system-table.ts';
const client = 'lambdas/adapters/dynamodb/table-client.ts';
const s3 = 'lambdas/adapters/s3/write-objects.ts';
const step = (name: string) => `lambdas/operations/${name}.ts`;

/** Where one that concerns late calls shows: `operation step.call fault`, each of the calls that match. */
const LATE_COPY = ['full CopyFiles.CopyObject late-commit'];
const LATE_SEAL = ['full SealManifest.PutObject late-repair'];
const STOPPED = ['full PlanBackup.TransactWriteItems late-stop', 'full SealManifest.PutObject stop'];

/** Known bugs of the protocol, each put in alone. `npm run certificate -- --mutations` plays until one case is not right. */
export const MUTATIONS: readonly Mutation[] = [
  {
    ...{ name: 'fence-without-epoch', what: '†fenceWrites: the condition asks for the flag, not for the epoch' },
    ...{ file: control, from: "'activeSnapshot = :flag AND epoch = :epoch'" },
    to: "'activeSnapshot = :flag AND (epoch = :epoch OR epoch <> :epoch)'",
    cases: ['full CommitBackup.TransactWriteItems late-stop', 'repair-stops-owner#60', 'repair-with-zombie#60'],
  },
  {
    ...{ name: 'begin-over-a-flag', what: 'the begin asks for neither flag nor version' },
    ...{ file: control, from: "'attribute_not_exists(#activeSnapshot) AND #version = :before'" },
    to: "'#version = :before OR #version <> :before'",
    cases: ['two-sessions#40', 'three-sessions#40'],
  },
  {
    ...{ name: 'begin-without-version', what: '†bumpVersion: the begin does not ask for the version that was read' },
    ...{ file: control, from: "'attribute_not_exists(#activeSnapshot) AND #version = :before'" },
    to: "'attribute_not_exists(#activeSnapshot) AND (#version = :before OR #version <> :before)'",
    cases: ['full SetActiveSnapshot.TransactWriteItems late-commit', 'two-sessions#60', 'three-sessions#60'],
  },
  {
    ...{ name: 'begin-keeps-the-epoch', what: 'a session has the epoch of the one before' },
    ...{ file: control, from: 'N: String(before.epoch + 1)', to: 'N: String(before.epoch)' },
  },
  {
    ...{ name: 'take-over-keeps-the-epoch', what: '†takeOver: the take-over fences nobody off' },
    ...{ file: control, from: "':next': { N: String(held.epoch + 1) }", to: "':next': { N: String(held.epoch) }" },
    cases: ['full CommitBackup.TransactWriteItems late-stop', 'repair-stops-owner#60', 'repair-with-zombie#60'],
  },
  {
    ...{ name: 'take-over-keeps-the-phase', what: 'a take-over leaves the phase WORK' },
    ...{ file: control, from: "':phase': { S: 'ROLLING_BACK' }", to: "':phase': { S: 'WORK' }" },
    cases: ['full CopyFiles.CopyObject stop'],
  },
  {
    ...{ name: 'never-published', what: 'a restore succeeds and publishes nothing' },
    ...{
      file: step('publish-snapshots'),
      from: 'await putAsIs(objects, target, snapshotInfoPath(name), info);',
      to: '',
    },
    cases: ['restore'],
  },
  {
    ...{ name: 'image-written-unfenced', what: 'the fence is dropped from one write: the image record' },
    ...{ file: table, from: '[fenceCheck(tableName, held), ...chunk]', to: '[...chunk]' },
    cases: ['full PlanBackup.TransactWriteItems late-repair', 'full PlanBackup.TransactWriteItems late-commit'],
  },
  {
    ...{ name: 'roll-back-without-end', what: 'the end of a roll-back is said and not written' },
    file: step('end-roll-back'),
    from: 'const outcome = await ports.table.endRollBack(',
    to: 'if (attempt) return { snapshotKey, notBefore };\n        const outcome = await ports.table.endRollBack(',
    cases: STOPPED,
  },
  {
    ...{ name: 'commit-forgets', what: 'the commit puts no clean-up entry' },
    ...{ file: table, from: 'put(cleanUpPartition(c.root), c.cleanUp.entryId, c.cleanUp),', to: '' },
  },
  {
    ...{ name: 'roll-back-forgets', what: '†rememberFailed: the end of a roll-back puts no clean-up entry' },
    ...{ file: table, from: 'put(cleanUpPartition(e.root), e.cleanUp.entryId, e.cleanUp),', to: '' },
    cases: STOPPED,
  },
  {
    ...{ name: 'commit-without-history', what: 'the commit leaves the history as it is' },
    ...{
      file: table,
      from: 'put(rootPartition(c.root), imageKey(c.image.id), c.image),\n          put(historyPartition(c.root), sessionKey(c.session.id), c.session),',
    },
    to: 'put(rootPartition(c.root), imageKey(c.image.id), c.image),',
  },
  {
    ...{ name: 'commit-without-image', what: 'the commit leaves the image CREATING' },
    ...{ file: step('commit-backup'), from: "state: 'COMPLETE', completedAt: now", to: 'completedAt: now' },
  },
  {
    ...{ name: 'commit-rolls-back', what: '†byOutcome: the entry of a commit means what the session made' },
    ...{ file: step('commit-backup'), from: "outcome: 'COMMITTED',", to: "outcome: 'ROLLED_BACK'," },
  },
  {
    ...{ name: 'commit-by-session', what: 'the commit asks whose flag it is, not for the epoch' },
    ...{ file: step('commit-backup'), from: 'flag?.sessionId === input.sessionId && epoch === input.epoch;' },
    to: 'flag?.sessionId === input.sessionId;',
    cases: ['repair-stops-owner#120'],
  },
  {
    ...{ name: 'snapshot-not-verified', what: 'a system snapshot is read and not compared with its digest' },
    ...{ file: step('read-system-snapshot'), from: 'if (wrong !== undefined) throw damaged(wrong);', to: '' },
    cases: ['repair RestoreSystemTable.GetObject torn', 'full PlanBackup.GetObject torn'],
  },
  {
    ...{ name: 'snapshot-without-rows', what: 'the system snapshot leaves the table rows out' },
    ...{
      file: step('take-system-snapshot'),
      from: 'for await (const item of ports.table.listItems(input.root)) lines',
    },
    to: "for await (const item of ports.table.listItems(input.root)) if (!item.sk.includes('#table#')) lines",
    cases: STOPPED,
  },
  {
    ...{ name: 'id-used-twice', what: '†uniquePrefixes: every session has the same id' },
    ...{
      file: step('take-system-snapshot'),
      from: ': nextBackupId({ name: input.execution.name, startMs }, await lastSessionId(ports.table, input.root));',
    },
    to: ': (await lastSessionId(ports.table, input.root)) ?? nextBackupId({ name: input.execution.name, startMs }, undefined);',
  },
  {
    ...{ name: 'step-entry-any-session', what: 'a step starts under whatever flag stands' },
    ...{
      file: step('step-entry'),
      from: '!flag || flag.sessionId !== given.sessionId || epoch !== given.epoch',
      to: '!flag',
    },
    cases: ['redrive-with-session#120', 'repair-stops-owner#40'],
  },
  {
    ...{ name: 'take-over-any-session', what: 'a roll-back takes over whatever flag stands' },
    ...{
      file: step('take-over'),
      from: 'if (flag?.sessionId !== sessionId) return ended',
      to: 'if (!flag) return ended',
    },
    cases: ['redrive-with-session#120', 'stopped-anywhere#40'],
  },
  {
    ...{ name: 'take-over-in-words', what: 'TakeOver says TAKEN and has taken nothing' },
    ...{
      file: step('take-over'),
      from: 'await ports.table.takeOver({ root, activeSnapshot: flag.activeSnapshot, epoch }, runId);',
    },
    to: "return { decision: 'TAKEN', sessionId, epoch, snapshot: flag.snapshot };",
    cases: STOPPED,
  },
  {
    ...{ name: 'void-marker-once', what: 'the VOID marker does not replace a sealed manifest' },
    ...{ file: step('void-manifest'), from: 'await ports.objects.put(root.bucket,' },
    to: 'await (ports.objects as never as { putOnce: typeof ports.objects.put }).putOnce(root.bucket,',
    cases: ['full CommitBackup.TransactWriteItems before!', 'full CommitBackup.GetItem stop'],
  },
  {
    ...{ name: 'no-void-marker', what: '†voidFirst: no VOID marker is put' },
    ...{
      file: step('void-manifest'),
      from: 'await ports.objects.put(root.bucket, manifestKey(root, input.sessionId), encodeVoid(input.sessionId));',
    },
    to: '',
    cases: STOPPED,
  },
  {
    ...{ name: 'void-marker-goes-first', what: 'the data is removed with its VOID marker' },
    ...{ file: step('clean-destination'), from: 'return isLatest;\n', to: 'return false;\n' },
    cases: [...LATE_SEAL, ...STOPPED],
  },
  {
    ...{ name: 'destination-prefix-too-short', what: 'the destination is listed by a too short prefix' },
    ...{ file: step('clean-destination'), from: 'prefix: imagePrefix(root, input.sessionId) }' },
    to: 'prefix: imagePrefix(root, input.sessionId).slice(0, -12) }',
    cases: STOPPED,
  },
  {
    ...{ name: 'destination-left', what: 'the destination is not emptied' },
    ...{
      file: step('clean-destination'),
      from: 'if (key !== marker) return false;',
      to: 'if (key !== marker) return true;',
    },
    cases: STOPPED,
  },
  {
    ...{ name: 'temporary-prefix-of-nobody', what: 'temporary data is looked for elsewhere' },
    ...{ file: step('clean-temporary-data'), from: 'prefix: workPrefix(input.root, input.sessionId) }' },
    to: "prefix: workPrefix(input.root, 'backup_0') }",
  },
  {
    ...{ name: 'created-items-stay', what: '†restoreDeletes: items that the session created stay' },
    ...{ file: step('restore-system-table'), from: 'else removes.push(difference.remove);', to: '' },
    cases: STOPPED,
  },
  {
    ...{ name: 'roll-back-means-temporary', what: '†byOutcome: the entry of a roll-back means temporary data only' },
    ...{ file: step('end-roll-back'), from: "outcome: 'ROLLED_BACK',", to: "outcome: 'COMMITTED'," },
    cases: STOPPED,
  },
  {
    ...{ name: 'no-step-life', what: '†dropLate: an entry waits for no step in flight' },
    ...{ file: step('end-roll-back'), from: 'const notBefore = now + config.STEP_LIFE_SECONDS * 1_000;' },
    to: 'const notBefore = now + config.STEP_LIFE_SECONDS * 0;',
    cases: LATE_COPY,
  },
  {
    ...{ name: 'snapshot-without-images', what: 'the system snapshot leaves the image records out' },
    file: step('take-system-snapshot'),
    from: 'for await (const item of ports.table.listItems(input.root)) lines',
    to: "for await (const item of ports.table.listItems(input.root)) if (!item.sk.startsWith('image#')) lines",
    cases: STOPPED,
  },
  {
    ...{ name: 'clean-up-skips-destination', what: 'the clean-up takes the temporary data only' },
    ...{
      file: step('check-clean-up-entry'),
      from: "const destination = entry.outcome === 'ROLLED_BACK' || entry.outcome === 'DELETED';",
    },
    to: 'const destination = false;',
    cases: [...LATE_COPY, ...STOPPED],
  },
  {
    ...{ name: 'clean-up-takes-all', what: 'the clean-up of a commit takes what the session made' },
    ...{
      file: step('check-clean-up-entry'),
      from: "entry.outcome === 'ROLLED_BACK' || entry.outcome === 'DELETED';",
      to: 'true;',
    },
  },
  {
    ...{ name: 'clean-up-list-unread', what: 'the clean-up finds no entry' },
    ...{
      file: step('list-clean-up'),
      from: '[...due.slice(first), ...due.slice(0, first), ...waiting].slice(0, MOST)',
      to: 'waiting.slice(0, 0)',
    },
  },
  {
    ...{ name: 'entry-stays', what: 'an entry that is done stays on the list' },
    ...{ file: step('drop-clean-up-entry'), from: 'await ports.cleanUp.drop(input.root, input.entryId);', to: '' },
  },
  {
    ...{ name: 'system-snapshots-stay', what: 'old system snapshots are not deleted' },
    ...{ file: step('delete-system-snapshots'), from: 'if (key === flag?.activeSnapshot) continue;', to: 'continue;' },
  },
  {
    ...{ name: 'nothing-is-deleted', what: 'the last batch of a removal is not sent' },
    ...{ file: s3, from: 'if (batch.length > 0) await flush();', to: '' },
  },
  {
    ...{ name: 'seal-over-anything', what: 'the manifest is put unconditionally' },
    file: step('seal-manifest'),
    from: "const { decision } = await objects.putOnce(root.bucket, key, bytes);\n  if (decision === 'CREATED') return;\n",
    to: 'await objects.put(root.bucket, key, bytes);\n  if (digest) return;\n',
    cases: LATE_SEAL,
  },
  {
    ...{ name: 'put-once-puts', what: 'objects that are put once are put unconditionally' },
    ...{ file: s3, from: "putCommand(bucket, key, bytes, { IfNoneMatch: '*' })", to: 'putCommand(bucket, key, bytes)' },
    cases: LATE_SEAL,
  },
  {
    ...{ name: 'unknown-is-success', what: 'a transaction without an answer counts as applied' },
    ...{ file: client, from: 'throw new UnknownOutcome(`the answer to a transaction' },
    to: "if (name) return { decision: 'APPLIED' };\n      throw new UnknownOutcome(`the answer to a transaction",
    cases: ['full CommitBackup.TransactWriteItems error!', 'repair EndRollBack.TransactWriteItems error!'],
  },
  {
    ...{ name: 'first-page-only', what: 'a query ends with its first page' },
    ...{ file: client, from: '} while (from !== undefined);', to: '} while (from === null);' },
    cases: ['repair RestoreSystemTable.Query short', 'full TakeSystemSnapshot.Query short'],
  },
  {
    ...{ name: 'complete-at-once', what: 'the image is COMPLETE when it is planned' },
    ...{ file: step('planned-image'), from: "state: 'CREATING',", to: "state: 'COMPLETE'," },
    cases: STOPPED,
  },
  {
    ...{ name: 'owner-runs-for-ever', what: 'an owner that has ended counts as running' },
    ...{ file: step('flag-owner'), from: "if (state?.status === 'RUNNING') return", to: 'if (state) return' },
    cases: STOPPED,
  },
  {
    ...{ name: 'no-auto-repair', what: 'the sweep starts nothing' },
    ...{
      file: step('find-abandoned-sessions'),
      from: 'if (isGone && config.AUTO_REPAIR) {',
      to: 'if (isGone && !config.AUTO_REPAIR) {',
    },
    cases: STOPPED,
  },
  {
    ...{ name: 'one-attempt', what: 'a session gets one auto-repair, which may be cut as well' },
    ...{ file: step('find-abandoned-sessions'), from: 'const ATTEMPTS = 3;', to: 'const ATTEMPTS = 1;' },
    cases: ['full@60=stop+72=stop', 'full@60=stop+80=stop', 'full@60=stop+90=stop'],
  },
  {
    ...{ name: 'hold-is-visible', what: 'a restore publishes before the last file: its hold lies where users see it' },
    ...{ file: step('cleaner-hold'), from: 'const isInProgress = true;', to: 'const isInProgress = false;' },
    cases: ['restore PlaceFiles.CopyObject before!', 'restore PlaceFiles.CopyObject stop'],
  },
  {
    ...{ name: 'hold-stays', what: 'the hold of a restore that succeeded stays' },
    ...{
      file: step('drop-hold'),
      from: 'for (const { snapshot } of request.tables) deleted += await removeHold(objects, target, snapshot);',
      to: '',
    },
    cases: ['restore'],
  },
  {
    ...{ name: 'hold-of-failed-stays', what: 'the hold of a restore that failed stays' },
    ...{ file: step('clean-restore'), from: 'deleted += await removeHold(objects, target, snapshot);', to: '' },
    cases: ['restore PlaceFiles.CopyObject before!', 'restore PlaceFiles.CopyObject stop'],
  },
  {
    ...{ name: 'pause-of-failed-stays', what: "the pause of the target's cleaner outlives a restore that failed" },
    ...{ file: step('clean-restore'), from: 'await removeUnpublished(objects, target, snapshot);', to: '0;' },
    cases: ['restore PublishSnapshots.GetItem denied!', 'restore PublishSnapshots.GetItem stop'],
  },
  {
    ...{ name: 'abandoned-restores-stay', what: 'the clean-up does not look at restores' },
    ...{
      file: step('list-abandoned-restores'),
      from: 'restores: [...found.values()].slice(0, MOST)',
      to: 'restores: [...found.values()].slice(0, 0)',
    },
    cases: ['restore PlaceFiles.CopyObject stop'],
  },
];
