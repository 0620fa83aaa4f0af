import { type Command, InvalidArgumentError, Option } from 'commander';
import type { endVerifyContract } from '../../lambdas/contracts/end-verify.contract.ts';
import type { OutputOf } from '../../lambdas/contracts/step-contract.ts';
import { parseVerifyInput } from '../../lambdas/contracts/verify-input.ts';
import { runExecution } from '../run-execution.ts';
import { plural, sizeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { given, type RunVerb, wholeNumber } from '../verb.ts';

/** Option → field of the input (docs/design.md, "Inputs"). */
const FIELDS = {
  sample: 'sample',
  maxBytes: 'maxBytes',
  concurrency: 'concurrency',
  chunkObjects: 'chunkObjects',
};

const percent = (value: string): number => {
  const number = Number(value.replace(/%$/, ''));
  if (!(number > 0 && number <= 100)) throw new InvalidArgumentError('give a percentage above 0, up to 100');
  return number;
};

export function verifyVerb(program: Command, run: RunVerb): void {
  program
    .command('verify')
    .description('checks a COMPLETE backup again: lists it, asks S3 for every checksum, or reads every HFile')
    .argument('<root>', 'backup root')
    .argument('<id>', 'backup id, a prefix of one, or latest')
    .addOption(new Option('--quick', 'list and compare only').conflicts('deep'))
    .option('--deep', "read every HFile: trailer, every block's checksum, key order, entry count")
    .option('--sample <percent>', 'of the files, by chance', percent)
    .option('--max-bytes <n>', 'read at most so many bytes', wholeNumber)
    .option('--concurrency <n>', 'chunks verified at once, at most 1000 (default: 8)', wholeNumber)
    .option('--chunk-objects <n>', 'files a chunk, at most 1000', wholeNumber)
    .addHelpText(
      'after',
      `
Examples:
  holdfast verify s3://acme-backups/prod latest
  holdfast verify s3://acme-backups/prod backup_1795539001120 --deep --sample 10%`,
    )
    .action(async (typed: string, image: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const mode = options.quick ? 'quick' : options.deep ? 'deep' : 'checksums';
        const input = { root: typedPlace(typed, 'root'), image, mode, ...given(options, FIELDS) };
        const here = await world();
        parseVerifyInput(input, { roots: here.stack.Roots });
        return runExecution<OutputOf<typeof endVerifyContract>>({ output, signal }, here, {
          ...{ kind: 'verify', input },
          succeeded(result) {
            const asked = result.checksums > 0 ? `, ${result.checksums} checksums asked` : '';
            const read = result.read > 0 ? `, ${result.read} read (${sizeText(result.readBytes)})` : '';
            output.say({
              type: 'verified',
              fields: result,
              line: [
                'Verified',
                `${result.image}: ${plural(result.files, 'file')} listed${asked}${read}; nothing wrong`,
              ],
            });
            return 0;
          },
        });
      }),
    );
}
