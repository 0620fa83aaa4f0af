import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { BackupId } from '../../../core/backup-id.ts';
import {
  CONTROL,
  cleanUpPartition,
  historyPartition,
  type ImageRecord,
  type ImageState,
  type ImageTableRecord,
  type Intent,
  type Item,
  imageKey,
  imageTableKey,
  intentKey,
  rootPartition,
  type SessionRecord,
  sessionKey,
} from '../../../core/items.ts';
import { type ScheduleClaim, scheduleKey } from '../../../core/schedule-claim.ts';
import type { Held, Outcome, SystemTable } from '../../ports/system-table.ts';
import type { Clients } from '../clients.ts';
import { toAttributes } from './attribute-values.ts';
import { controlOf, countChange, fenceCheck, removeFlag, setFlag, takeFlag } from './control-item.ts';
import { TableClient } from './table-client.ts';

/** Actions of a fenced transaction beside the condition (DynamoDB: 100 a transaction). */
const CHUNK = 99;

const bare = <T>({ pk: _pk, sk: _sk, ...record }: Item): T => record as T;

/** The system table in DynamoDB: the whole table protocol is here and in control-item.ts. */
export function dynamoDbSystemTable(
  world: Pick<Clients, 'dynamodb' | 'clock' | 'ids'>,
  tableName: string,
): SystemTable {
  const client = new TableClient(world, tableName);
  const put = (pk: string, sk: string, record: object): TransactWriteItem => ({
    Put: { TableName: tableName, Item: toAttributes({ ...record, pk, sk }) },
  });
  const putNew = (pk: string, sk: string, record: object): TransactWriteItem => ({
    Put: { ...put(pk, sk, record).Put!, ConditionExpression: 'attribute_not_exists(pk)' },
  });
  const remove = (pk: string, sk: string): TransactWriteItem => ({
    Delete: { TableName: tableName, Key: { pk: { S: pk }, sk: { S: sk } } },
  });

  const removeDeleting = (pk: string, sk: string): TransactWriteItem => ({
    Delete: {
      ...remove(pk, sk).Delete!,
      ConditionExpression: 'attribute_not_exists(pk) OR #state = :deleting',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':deleting': { S: 'DELETING' } },
    },
  });
  /** The session stays, so that its id is never used twice (I5). */
  const forget = (root: string, id: BackupId, atMs: number): TransactWriteItem => ({
    Update: {
      TableName: tableName,
      Key: { pk: { S: historyPartition(root) }, sk: { S: sessionKey(id) } },
      ConditionExpression: '#state = :failed',
      UpdateExpression: 'SET forgottenAt = :at',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':failed': { S: 'FAILED' }, ':at': { N: String(atMs) } },
    },
  });

  /** The first action carries the condition on the control item; a refusal shows that item. */
  async function guarded(
    root: string,
    actions: TransactWriteItem[],
    mine: (control: ReturnType<typeof controlOf>) => boolean,
  ): Promise<Outcome> {
    const answer = await client.transact(actions);
    if (answer.decision === 'APPLIED') return answer;
    const shown = answer.items[0];
    const control = shown ? controlOf(shown) : controlOf(await client.get(rootPartition(root), CONTROL));
    return mine(control) ? { decision: 'APPLIED' } : { decision: 'REFUSED', control };
  }
  const never = () => false;

  async function fencedChunks(
    held: Held,
    actions: AsyncIterable<TransactWriteItem> | Iterable<TransactWriteItem>,
  ): Promise<Outcome> {
    let chunk: TransactWriteItem[] = [];
    const flush = () => guarded(held.root, [fenceCheck(tableName, held), ...chunk], never);
    for await (const action of actions) {
      chunk.push(action);
      if (chunk.length < CHUNK) continue;
      const outcome = await flush();
      if (outcome.decision === 'REFUSED') return outcome;
      chunk = [];
    }
    return chunk.length > 0 ? flush() : { decision: 'APPLIED' };
  }

  return {
    readControl: async (root) => controlOf(await client.get(rootPartition(root), CONTROL)),
    listItems: (root) => client.query(rootPartition(root)),

    async getImage(root, id) {
      const item = await client.get(rootPartition(root), imageKey(id));
      return item && bare<ImageRecord>(item);
    },
    async getImageState(root, id) {
      return (await client.getAttribute(rootPartition(root), imageKey(id), 'state')) as ImageState | undefined;
    },
    async *listImages(root) {
      for await (const item of client.query(rootPartition(root), 'image#')) {
        if (!item.sk.includes('#table#')) yield bare<ImageRecord>(item);
      }
    },
    async *listImageTables(root, id) {
      for await (const item of client.query(rootPartition(root), `${imageKey(id)}#table#`))
        yield bare<ImageTableRecord>(item);
    },

    begin: (b) =>
      guarded(
        b.root,
        [
          setFlag(tableName, b.root, b, b.flag),
          putNew(historyPartition(b.root), sessionKey(b.session.id), b.session), // claims the id (I5)
          ...b.intents.map((intent) => put(historyPartition(b.root), intentKey(b.session.id, intent.name), intent)),
          ...(b.schedule ? [putNew(historyPartition(b.root), scheduleKey(b.schedule), b.schedule)] : []),
        ],
        (control) => control.flag?.runId === b.flag.runId && control.flag.activeSnapshot === b.flag.activeSnapshot,
      ),
    takeOver: (held, runId) =>
      guarded(
        held.root,
        [takeFlag(tableName, held, runId)],
        (control) => control.flag?.runId === runId && control.flag.activeSnapshot === held.activeSnapshot,
      ),
    writeImage: (held, image, tables) =>
      fencedChunks(
        held,
        (async function* () {
          yield put(rootPartition(held.root), imageKey(image.id), image);
          for await (const row of tables) yield put(rootPartition(held.root), imageTableKey(row.id, row.table), row);
        })(),
      ),
    commit: (c) =>
      guarded(
        c.root,
        [
          removeFlag(tableName, c),
          put(rootPartition(c.root), imageKey(c.image.id), c.image),
          put(historyPartition(c.root), sessionKey(c.session.id), c.session),
          put(cleanUpPartition(c.root), c.cleanUp.entryId, c.cleanUp),
        ],
        never,
      ),
    commitDelete: (c) =>
      guarded(
        c.root,
        [
          removeFlag(tableName, c),
          put(historyPartition(c.root), sessionKey(c.session.id), c.session),
          ...c.images.map((image) => put(rootPartition(c.root), imageKey(image.id), image)),
          ...c.forgotten.map((id) => forget(c.root, id, c.session.endedAt ?? 0)),
          ...c.cleanUp.map((entry) => put(cleanUpPartition(c.root), entry.entryId, entry)),
        ],
        never,
      ),
    async forgetImage(root, id, entryId) {
      const pk = rootPartition(root);
      let chunk: TransactWriteItem[] = [];
      for await (const { sk } of client.query(pk, `${imageKey(id)}#table#`)) {
        chunk.push(remove(pk, sk));
        if (chunk.length < CHUNK) continue;
        const outcome = await guarded(root, [countChange(tableName, root), ...chunk], never);
        if (outcome.decision === 'REFUSED') return outcome;
        chunk = [];
      }
      const last = [removeDeleting(pk, imageKey(id)), remove(cleanUpPartition(root), entryId)];
      if (chunk.length + last.length > CHUNK) {
        const outcome = await guarded(root, [countChange(tableName, root), ...chunk], never);
        if (outcome.decision === 'REFUSED') return outcome;
        chunk = [];
      }
      return guarded(root, [countChange(tableName, root), ...chunk, ...last], never);
    },
    restoreItems: (held, puts, deletes) =>
      guarded(
        held.root,
        [
          fenceCheck(tableName, held),
          ...puts.map((item) => put(item.pk, item.sk, item)),
          ...deletes.map((item) => remove(item.pk, item.sk)),
        ],
        never,
      ),
    endRollBack: (e) =>
      guarded(
        e.root,
        [
          removeFlag(tableName, e),
          {
            Update: {
              TableName: tableName,
              Key: { pk: { S: historyPartition(e.root) }, sk: { S: sessionKey(e.sessionId) } },
              UpdateExpression: 'SET #state = :failed, endedAt = :at, reason = :reason, rolledBackBy = :run',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: toAttributes({
                ':failed': 'FAILED',
                ':at': e.endedAt,
                ':reason': { ...e.reason },
                ':run': e.runId,
              }),
            },
          },
          put(cleanUpPartition(e.root), e.cleanUp.entryId, e.cleanUp),
        ],
        never,
      ),

    async getSession(root, id) {
      const item = await client.get(historyPartition(root), sessionKey(id));
      return item && bare<SessionRecord>(item);
    },
    async *listSessions(root) {
      for await (const item of client.query(historyPartition(root), 'session#', 'descending')) {
        if (!item.sk.includes('#intent#')) yield bare<SessionRecord>(item);
      }
    },
    async *listIntents(root, id) {
      for await (const item of client.query(historyPartition(root), `${sessionKey(id)}#intent#`))
        yield bare<Intent>(item);
    },
    async getScheduleClaim(root, start) {
      const item = await client.get(historyPartition(root), scheduleKey(start));
      return item && bare<ScheduleClaim>(item);
    },
  };
}
