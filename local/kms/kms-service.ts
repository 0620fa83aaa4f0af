import { ACCOUNT_ID } from '../account.ts';
import { type CommandService, notImplemented, ServiceError } from '../service.ts';

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  readonly description: string;
  /** The key policy: kept, for IAM to judge. */
  readonly policy: unknown;
}

/** Keys and aliases are known by name; nothing is encrypted here. */
export class KmsService implements CommandService {
  readonly keys = new Map<string, KmsKey>();
  /** `alias/name` → key id. */
  readonly aliases = new Map<string, string>();

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    switch (operation) {
      case 'DescribeKey':
        return { KeyMetadata: metadata(this.#find(String(input.KeyId))) };
      case 'ListKeys':
        return { Keys: [...this.keys.values()].map((key) => ({ KeyId: key.id, KeyArn: key.arn })), Truncated: false };
      case 'ListAliases':
        return {
          Aliases: [...this.aliases].map(([AliasName, TargetKeyId]) => ({ AliasName, TargetKeyId })),
          Truncated: false,
        };
      case 'GetKeyPolicy':
        return { Policy: JSON.stringify(this.#find(String(input.KeyId)).policy), PolicyName: 'default' };
      default:
        throw notImplemented(`kms ${operation}`);
    }
  }

  #find(reference: string): KmsKey {
    const last = reference.startsWith('alias/') ? reference : (reference.split(':key/').at(-1) ?? '');
    const key = this.keys.get(this.aliases.get(last) ?? last);
    if (!key) throw new ServiceError('NotFoundException', `Key '${reference}' does not exist`, 400);
    return key;
  }
}

const metadata = (key: KmsKey): Record<string, unknown> => ({
  KeyId: key.id,
  Arn: key.arn,
  AWSAccountId: ACCOUNT_ID,
  Description: key.description,
  Enabled: true,
  KeyState: 'Enabled',
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  KeyManager: 'CUSTOMER',
});
