import { type Command, InvalidArgumentError } from 'commander';
import type { endVerifyContract } from '../../lambdas/contracts/end-verify.contract.ts';
import type { OutputOf } from '../../lambdas/contracts/step-contract.ts';
import { executionFailure, report } from '../failure.ts';
import { followExecution } from '../follow.ts';
import { consoleUrl, startExecution } from '../start-execution.ts';
import { plural, sizeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb } from '../verb.ts';

const percent = (value: string): number => {
  const number = Number(value.replace(/%$/, ''));
  if (!(number > 0 && number <= 100)) throw new InvalidArgumentError('give a percentage above 0, up to 100');
  return number;
};

const bytes = (value: string): number => {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('give a number of bytes');
  return Number(value);
};

export function verifyVerb(program: Command, run: RunVerb): void {
  program
    .command('verify')
    .description('checks a COMPLETE backup again: lists it, asks S3 for every checksum, or reads every HFile')
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .option('--quick', 'list and compare only')
    .option('--deep', "read every HFile: trailer, every block's checksum, key order, entry count")
    .option('--sample <percent>', 'of the files, by chance', percent)
    .option('--max-bytes <n>', 'read at most so many bytes', bytes)
    .addHelpText(
      'after',
      `
Examples:
  holdfast verify s3://acme-backups/prod latest
  holdfast verify s3://acme-backups/prod backup_1795539001120 --deep --sample 10%`,
    )
    .action(async (typed: string, image: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        if (options.quick && options.deep) {
          return report(output, {
            name: 'InvalidInput',
            message: '--quick and --deep exclude one another',
            hint: 'leave one of them out',
          });
        }
        const here = await world();
        const root = typedPlace(typed, 'root');
        const input = {
          root,
          image,
          mode: options.quick ? 'quick' : options.deep ? 'deep' : 'checksums',
          ...(options.sample ? { sample: options.sample } : {}),
          ...(options.maxBytes ? { maxBytes: options.maxBytes } : {}),
        };
        const arn = await startExecution(here, here.stack.VerifyStateMachine, input, 'verify');
        const ended = await followExecution(here, output, arn, root, signal);
        if (ended === 'detached') {
          output.note('Detached', `the verification goes on: ${consoleUrl(arn)}`);
          return DETACHED;
        }
        if (ended.status !== 'SUCCEEDED')
          return report(output, executionFailure(ended.error ?? ended.status, ended.cause));
        const result = ended.output as OutputOf<typeof endVerifyContract>;
        const asked = result.checksums > 0 ? `, ${result.checksums} checksums asked` : '';
        const read = result.read > 0 ? `, ${result.read} read (${sizeText(result.readBytes)})` : '';
        output.say({
          type: 'verified',
          fields: result,
          line: ['Verified', `${result.image}: ${plural(result.files, 'file')} listed${asked}${read}; nothing wrong`],
        });
        return 0;
      }),
    );
}
