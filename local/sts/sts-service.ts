import { ACCOUNT_ID, PARTITION } from '../account.ts';
import { type CallContext, type CommandService, notImplemented } from '../service.ts';

export class StsService implements CommandService {
  async call(
    operation: string,
    _input: Record<string, unknown>,
    context: CallContext,
  ): Promise<Record<string, unknown>> {
    if (operation !== 'GetCallerIdentity') throw notImplemented(`sts ${operation}`);
    const { caller } = context;
    if (caller.kind === 'operator') {
      return {
        UserId: 'AIDALOCALOPERATOR',
        Account: ACCOUNT_ID,
        Arn: `arn:${PARTITION}:iam::${ACCOUNT_ID}:user/operator`,
      };
    }
    const role = caller.roleArn.split('/').at(-1);
    return {
      UserId: `AROALOCAL:${role}`,
      Account: ACCOUNT_ID,
      Arn: `arn:${PARTITION}:sts::${ACCOUNT_ID}:assumed-role/${role}/local`,
    };
  }
}
