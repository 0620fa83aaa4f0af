import { CODEC_TARGET, ENCODED_BLOCK_TARGET } from './block-targets.ts';
import { HFILE_TARGET } from './hfile-target.ts';
import { MESSAGE_TARGETS } from './message-targets.ts';
import { NAME_TARGET } from './name-target.ts';
import { RUN_TARGET } from './run-target.ts';
import type { Target } from './target.ts';

/** All readers of core/hbase but that of logs, whose inputs need the log they were made from. */
export const TARGETS: readonly Target[] = [
  ...MESSAGE_TARGETS,
  NAME_TARGET,
  CODEC_TARGET,
  ENCODED_BLOCK_TARGET,
  RUN_TARGET,
  HFILE_TARGET,
];
