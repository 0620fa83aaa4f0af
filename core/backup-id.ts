/** `backup_<13-digit epoch ms>`: the id of a session and of the image it makes, as HBase names them. */
export type BackupId = string;

const ID = /^backup_(\d{13})$/;

export const backupId = (ms: number): BackupId => `backup_${String(ms).padStart(13, '0')}`;

/** The milliseconds in an id; undefined if it is none. */
export function backupIdMs(id: string): number | undefined {
  const digits = ID.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** How far the name of an execution may lie from its start to be taken for the id: a typed one must not poison later ids. */
const NAME_SLACK_MS = 5 * 60_000;

/**
 * The id of a new session: the milliseconds of its execution's start (or of the execution's name, if that is an id of
 * the same minutes, so that the two agree in the console), and at least the last id + 1 (ids are never used twice, I5).
 */
export function nextBackupId(execution: { name: string; startMs: number }, lastId: BackupId | undefined): BackupId {
  const named = backupIdMs(execution.name);
  const wish = named !== undefined && Math.abs(named - execution.startMs) < NAME_SLACK_MS ? named : execution.startMs;
  const last = lastId === undefined ? undefined : backupIdMs(lastId);
  return backupId(last === undefined ? wish : Math.max(wish, last + 1));
}
