import type { ClusterQuota } from './cluster-description.ts';
import { rubyLiteral } from './ruby-literal.ts';

const UNITS: Readonly<Record<string, string>> = { SECONDS: 'sec', MINUTES: 'min', HOURS: 'hour', DAYS: 'day' };
/** How the shell writes a limit of that kind; `REQUEST` is what it means without a type. */
const KINDS: Readonly<Record<string, string>> = { NUMBER: 'req', SIZE: 'B', CAPACITY_UNIT: 'CU' };

/** `set_quota …` of the HBase shell; undefined: the shell has no words for it. */
export function quotaCommand(quota: ClusterQuota): string | undefined {
  const subject = Object.entries({
    USER: quota.user,
    TABLE: quota.table,
    NAMESPACE: quota.namespace,
    REGIONSERVER: quota.regionServer,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} => ${rubyLiteral(value!)}`)
    .join(', ');
  switch (quota.kind) {
    case 'bypass-globals':
      return `set_quota ${subject}, GLOBAL_BYPASS => true`;
    case 'space':
      if (!/^\d+$/.test(quota.limit)) return undefined;
      return `set_quota TYPE => SPACE, ${subject}, LIMIT => '${quota.limit}', POLICY => ${rubyLiteral(quota.policy)}`;
    case 'throttle': {
      const [, of, kind] = /^(REQUEST|READ|WRITE)_(NUMBER|SIZE|CAPACITY_UNIT)$/.exec(quota.type) ?? [];
      const unit = UNITS[quota.unit];
      if (of === undefined || kind === undefined || unit === undefined || !/^\d+$/.test(quota.limit)) return undefined;
      const type = of === 'REQUEST' ? '' : `THROTTLE_TYPE => '${of}', `;
      const scope = quota.scope === 'CLUSTER' ? `, SCOPE => 'CLUSTER'` : '';
      return `set_quota TYPE => THROTTLE, ${type}${subject}, LIMIT => '${quota.limit}${KINDS[kind]}/${unit}'${scope}`;
    }
  }
}
