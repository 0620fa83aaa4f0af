import { createHash } from 'node:crypto';

const base36 = (text: string): string =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 16)}`)
    .toString(36)
    .slice(0, 8);

const LIMITS: Record<string, number> = {
  'AWS::S3::Bucket': 63,
  'AWS::Lambda::Function': 64,
  'AWS::IAM::Role': 64,
  'AWS::IAM::Policy': 128,
  'AWS::IAM::ManagedPolicy': 128,
  'AWS::Events::Rule': 64,
  'AWS::Scheduler::Schedule': 64,
  'AWS::Scheduler::ScheduleGroup': 64,
  'AWS::StepFunctions::StateMachine': 80,
  'AWS::SQS::Queue': 80,
};

/**
 * The name of a resource whose template gives none: `<stack>-<logicalId>-<hash>`. The same on every machine and at
 * every deploy, so that state on disk finds its stack again.
 */
export function physicalName(stackName: string, logicalId: string, type: string): string {
  const hash = base36(`${stackName}/${logicalId}`);
  const limit = LIMITS[type] ?? 120;
  const room = limit - hash.length - 1;
  const stackPart = stackName.slice(0, Math.min(stackName.length, 24));
  const name = `${`${stackPart}-${logicalId}`.slice(0, room).replace(/-+$/, '')}-${hash}`;
  return type === 'AWS::S3::Bucket' ? name.toLowerCase().replace(/[^a-z0-9-]/g, '-') : name;
}
