/** A crash point or scenario of HBase's own backup, and where this repository plays it. */
export interface HbaseCase {
  readonly name: string;
  /** What HBase does there. */
  readonly what: string;
  /** `operation step.call`: cut with every fault; `race`: its interleavings; a path: a test. Empty: not played. */
  readonly shownBy: readonly string[];
  readonly note?: string;
}

const set = 'full SetActiveSnapshot.TransactWriteItems';
const commit = 'full CommitBackup.TransactWriteItems';
const end = 'roll-back EndRollBack.TransactWriteItems';
const DELETE = 'test/statemachines/delete.test.ts';
const DELETE_STATES = 'test/statemachines/delete-states.test.ts';
const MERGE = 'merge is not in this release';

/**
 * Lock windows (L), data losses (D) and test scenarios (FT) of the reference implementation, and the scenarios that it
 * lacks (B). HBase's classes: BackupAdminImpl, TableBackupClient, BackupCommands.
 */
export const HBASE_CASES: readonly HbaseCase[] = [
  {
    name: 'L1',
    what: 'create dies between lock and RUNNING row: the lock stays',
    shownBy: [set, 'full TakeSystemSnapshot.PutObject'],
  },
  {
    name: 'L2',
    what: 'create dies after COMPLETE, before the lock goes',
    shownBy: [commit],
    note: 'one transaction here',
  },
  {
    name: 'L3',
    what: 'roll-back dies between the restored table and the FAILED row',
    shownBy: ['roll-back RestoreSystemTable.TransactWriteItems', end],
  },
  {
    name: 'L4',
    what: 'roll-back or repair dies after FAILED, before the lock goes',
    shownBy: [end, 'repair EndRollBack.TransactWriteItems'],
    note: 'one transaction here',
  },
  { name: 'L5', what: 'delete dies before or after its row is removed', shownBy: [DELETE_STATES] },
  { name: 'L6', what: 'merge dies between lock and its row', shownBy: [], note: MERGE },
  {
    name: 'L7',
    what: 'delete finds RUNNING and returns with the lock',
    shownBy: ['test/infra/definitions.test.ts'],
    note: 'it begins as a backup does, state by state',
  },
  { name: 'D1', what: 'merge dies in its first phase, repair deletes images', shownBy: [], note: MERGE },
  { name: 'D2', what: 'merge dies after the manifest was rewritten', shownBy: [], note: MERGE },
  { name: 'D3', what: 'merge dies while its temporary data is deleted', shownBy: [], note: MERGE },
  { name: 'D4', what: 'merge dies before the old rows are removed', shownBy: [], note: MERGE },
  {
    name: 'D5',
    what: 'completion dies after the snapshot was deleted, before COMPLETE',
    shownBy: [commit, 'full DeleteSystemSnapshots.DeleteObjects', 'increment CommitBackup.TransactWriteItems'],
  },
  {
    name: 'D6',
    what: 'a failure after COMPLETE undoes the finished backup',
    shownBy: ['full DeleteSystemSnapshots.DeleteObjects', 'full full-backup.StartExecution'],
  },
  {
    name: 'D7',
    what: 'a crash in a full copy leaves data and snapshots',
    shownBy: ['full CopyFiles.CopyObject', 'full CopyFiles.PutObject'],
  },
  {
    name: 'D8',
    what: 'a crash in an increment before its first progress',
    shownBy: ['increment PlanBackup.PutObject', 'increment PlanBackup.TransactWriteItems'],
  },
  {
    name: 'D9',
    what: 'a stale system snapshot is restored',
    shownBy: ['full TakeSystemSnapshot.PutObject', 'full SetActiveSnapshot.TransactWriteItems'],
  },
  {
    name: 'D10',
    what: 'repair fails for ever on a free lock',
    shownBy: ['repair TakeOver.TransactWriteItems', 'repair EndRollBack.TransactWriteItems'],
  },
  { name: 'D11', what: 'repair while the client is only slow', shownBy: ['repair-stops-owner', 'repair-with-zombie'] },
  {
    name: 'D12',
    what: 'who cannot get the lock releases that of another',
    shownBy: ['two-sessions', 'three-sessions'],
  },
  {
    name: 'D13',
    what: 'jobs of a dead client go on writing after repair',
    shownBy: ['repair-with-zombie', 'stopped-anywhere'],
  },
  {
    name: 'D14',
    what: 'the system snapshot expires',
    shownBy: ['repair VerifySystemSnapshot.GetObject'],
    note: 'it has no time to live; half of one is refused',
  },
  {
    name: 'D15',
    what: 'edits of a set are undone with a backup that fails',
    shownBy: ['test/e2e/delete.test.ts'],
  },
  {
    name: 'D16',
    what: 'a FAILED backup counts as an ancestor',
    shownBy: ['test/statemachines/incremental-backup.test.ts'],
  },
  { name: 'D17', what: 'younger images want what delete or merge removed', shownBy: [DELETE] },
  {
    name: 'D18',
    what: 'a first full that is never repaired pins all logs',
    shownBy: ['stopped-anywhere'],
    note: 'the sweep repairs it',
  },
  {
    name: 'D19',
    what: 'the manifest of a FAILED backup stays and is listed',
    shownBy: ['full SealManifest.PutObject', 'full CommitBackup.GetItem'],
  },
  {
    name: 'D20',
    what: 'bulk-load rows go before the completion',
    shownBy: ['test/statemachines/log-increment-faults.test.ts'],
  },
  {
    name: 'FT-1',
    what: 'TestFullBackupWithFailures',
    shownBy: ['full full-backup.Invoke', 'test/statemachines/each-state.test.ts'],
  },
  { name: 'FT-2', what: 'TestIncrementalBackupWithFailures', shownBy: ['increment incremental-backup.Invoke'] },
  {
    name: 'FT-3',
    what: 'TestBackupRepair',
    shownBy: ['full CopyFiles.CopyObject', 'test/statemachines/stopped.test.ts'],
  },
  { name: 'FT-4', what: 'TestBackupDeleteWithFailures', shownBy: [DELETE_STATES] },
  { name: 'FT-5', what: 'TestRepairAfterFailedDelete', shownBy: [DELETE_STATES] },
  { name: 'FT-6', what: 'TestIncrementalBackupMergeWithFailures', shownBy: [], note: MERGE },
  { name: 'FT-7', what: 'TestRestoreBackupSystemTable', shownBy: ['repair RestoreSystemTable.TransactWriteItems'] },
  { name: 'FT-8', what: 'TestBackupManager: two want the session', shownBy: ['two-sessions', 'three-sessions'] },
  {
    name: 'FT-9',
    what: 'IntegrationTestBackupRestore',
    shownBy: ['test/interop/restore-increments.test.ts'],
    note: 'a real HBase; without its chaos monkey',
  },
  {
    name: 'B-1',
    what: 'cut after every state write; recovery with no human',
    shownBy: [set, commit, end, 'restore PinImages.PutItem', 'clean-up DropCleanUpEntry.DeleteItem'],
  },
  {
    name: 'B-2',
    what: 'a zombie wakes after the next run began',
    shownBy: ['repair-with-zombie', 'redrive-with-session'],
  },
  {
    name: 'B-3',
    what: 'each step delivered twice',
    shownBy: ['full full-backup.Invoke', 'restore restore.Invoke', 'repair repair.Invoke'],
  },
  { name: 'B-4', what: 'crash points of deletion and merge', shownBy: [DELETE_STATES], note: MERGE },
  {
    name: 'B-5',
    what: 'a missing or damaged source object fails the backup',
    shownBy: ['test/statemachines/bad-source.test.ts'],
  },
  {
    name: 'B-6',
    what: 'an object of an image is missing or different: verify names it',
    shownBy: ['test/statemachines/verify.test.ts'],
  },
  {
    name: 'B-7',
    what: 'restore refuses before it touches the target; a crash resumes',
    shownBy: ['restore PlaceFiles.CopyObject', 'test/statemachines/restore-faults.test.ts'],
  },
  { name: 'B-8', what: 'deletion in the middle of a chain', shownBy: [DELETE] },
  { name: 'B-9', what: 'the newest increment is deleted', shownBy: [DELETE] },
  {
    name: 'B-10',
    what: 'a truncated, dropped or changed table',
    shownBy: ['test/statemachines/incremental-backup.test.ts', 'test/statemachines/log-increments.test.ts'],
  },
  { name: 'B-11', what: 'two operations at once', shownBy: ['two-sessions', 'test/statemachines/concurrency.test.ts'] },
  { name: 'B-12', what: 'all metadata is lost', shownBy: [], note: 'rebuild is not in this release' },
  {
    name: 'B-13',
    what: 'after a failed backup the storage lists as before',
    shownBy: ['roll-back CleanDestination.DeleteObjects', 'clean-up CleanDestination.DeleteObjects'],
  },
  { name: 'B-14', what: 'two edits of a set', shownBy: [], note: 'sets are not in this release' },
  { name: 'B-15', what: 'every argument is checked before any side effect', shownBy: ['test/e2e/cli.test.ts'] },
];
