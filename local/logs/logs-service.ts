import { arn } from '../account.ts';
import { type CommandService, notImplemented } from '../service.ts';

/** Log groups by name. What functions write goes to files (see `logs/` in the directory of `holdfast local`). */
export class LogsService implements CommandService {
  /** Name → retention in days. */
  readonly groups = new Map<string, number | undefined>();
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (operation !== 'DescribeLogGroups') throw notImplemented(`logs ${operation}`);
    const prefix = String(input.logGroupNamePrefix ?? '');
    return {
      logGroups: [...this.groups]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, retentionInDays]) => ({
          logGroupName: name,
          arn: `${arn('logs', this.#region, `log-group:${name}`)}:*`,
          ...(retentionInDays === undefined ? {} : { retentionInDays }),
        })),
    };
  }
}
