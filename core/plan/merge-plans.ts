import type { PlannedFile } from '../file-entry.ts';
import { compareUtf8 } from '../hbase/utf8-order.ts';

/** One table's plan, and between which paths its files lie. */
export interface PlanOfTable {
  readonly firstPath: string;
  /** Ascending by path. */
  open(): AsyncIterable<PlannedFile>;
}

interface Active {
  readonly files: AsyncIterator<PlannedFile>;
  head: PlannedFile;
}

/**
 * The plans of all tables as one, ascending by path, each copy and each shared file once: links make tables list files
 * of one another. A plan is opened when its first path comes, so most of the time one is open.
 */
export async function* mergePlans(plans: readonly PlanOfTable[]): AsyncGenerator<PlannedFile> {
  const pending = [...plans].sort((a, b) => compareUtf8(a.firstPath, b.firstPath));
  const active: Active[] = [];
  let emitted: PlannedFile[] = [];
  try {
    for (;;) {
      let least = leastOf(active);
      while (pending[0] !== undefined && (!least || compareUtf8(pending[0].firstPath, least.head.path) <= 0)) {
        const files = pending.shift()!.open()[Symbol.asyncIterator]();
        const first = await files.next();
        if (!first.done) active.push({ files, head: first.value });
        least = leastOf(active);
      }
      if (!least) return;
      const file = least.head;
      if (emitted[0]?.path !== file.path) emitted = [];
      if (!emitted.some((other) => isSame(other, file))) {
        emitted.push(file);
        yield file;
      }
      const next = await least.files.next();
      if (next.done) active.splice(active.indexOf(least), 1);
      else least.head = next.value;
    }
  } finally {
    for (const { files } of active) await files.return?.();
  }
}

function leastOf(active: readonly Active[]): Active | undefined {
  let least = active[0];
  for (let i = 1; i < active.length; i++) {
    if (compareUtf8(active[i]!.head.path, least!.head.path) < 0) least = active[i];
  }
  return least;
}

/** Of two copies of one path one is enough, wherever each found it; shared bytes are the same in the same holder. */
function isSame(a: PlannedFile, b: PlannedFile): boolean {
  if (a.action === 'copy' || b.action === 'copy') return a.action === b.action;
  return a.holder === b.holder;
}
