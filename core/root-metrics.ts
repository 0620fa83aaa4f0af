/** What the sweep measures of each backup root, every five minutes: CloudWatch metrics in this namespace. */
export const METRICS_NAMESPACE = 'Holdfast';
export const ROOT_DIMENSION = 'Root';

/** Name → CloudWatch's unit. */
export const ROOT_METRICS = {
  /** Since the session that holds the flag began; 0 without a flag. */
  FlagAgeSeconds: 'Seconds',
  /** 1 while a flag is set and the execution that holds it has ended: nobody works, and nobody else may. */
  OwnerGone: 'Count',
  /** Since the newest backup that is COMPLETE began. Not measured while there is none. */
  NewestBackupAgeSeconds: 'Seconds',
} as const;

export type RootMetric = keyof typeof ROOT_METRICS;
