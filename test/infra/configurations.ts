/** What a configuration must have. */
export const MINIMAL = { roots: ['s3://backups/hbase'], sources: ['s3://cluster/hbase'] };

/** Every option, none at its default. */
export const ALL_OPTIONS = {
  stack: 'Vault',
  roots: ['s3://backups/a', 's3://backups/b', 's3://other-backups/deep/er'],
  sources: ['s3://cluster/hbase', 's3a://cluster-two/hbase/'],
  targets: ['s3://cluster-two/restored'],
  bucketAccounts: { 'cluster-two': '444455556666' },
  keys: ['arn:aws:kms:eu-central-1:111122223333:key/1b2c3d4e-0000-4000-8000-000000000001'],
  schedules: [
    {
      name: 'hourly',
      expression: 'rate(1 hour)',
      timezone: 'Europe/Berlin',
      input: { root: 's3://backups/a', source: 's3://cluster/hbase', tables: ['shop:orders'] },
    },
    {
      name: 'nightly',
      expression: 'cron(0 2 * * ? *)',
      input: { root: 's3://backups/b', source: 's3://cluster-two/hbase', all: true },
    },
    {
      name: 'every-four-hours',
      expression: 'rate(4 hours)',
      operation: 'incremental-backup',
      input: { root: 's3://backups/b', source: 's3://cluster-two/hbase', fromSnapshot: true, orFull: true },
    },
  ],
  autoRepair: false,
  logRetentionDays: 90,
  stepLifeMarginMinutes: 45,
  alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call',
  flagLimitHours: 6,
  backupLimitHours: 30,
  tags: { team: 'storage' },
  permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
};

/** Data that an earlier deployment left. */
export const IMPORTS = {
  ...MINIMAL,
  imports: {
    tableArn: 'arn:aws:dynamodb:eu-central-1:111122223333:table/Holdfast-Data-SystemTable-1A2B',
    systemBucketName: 'holdfast-data-systembucket-1a2b',
    workBucketName: 'holdfast-data-workbucket-1a2b',
  },
};
