import { InvalidInput } from '../core/errors/input-errors.ts';
import { parseMoment } from '../core/moment.ts';
import { restorePointUntil } from '../core/restore-point.ts';
import { imageCatalogue } from '../lambdas/operations/image-catalogue.ts';
import type { World } from './compose.ts';
import type { Output } from './output.ts';
import { durationText, timeText } from './text.ts';

/**
 * Finds the image that `--until` means, if it is given, and says up to when it has each table and what the next one would be. A time
 * without a fraction is its whole second: as times are printed here.
 * @param tables canonical names; undefined: all that an image has
 * @throws InvalidInput, ImageNotFound
 */
export async function pointUntil(
  { output, world }: { readonly output: Output | undefined; readonly world: World },
  root: string,
  typed: {
    readonly image: string;
    readonly until: string | undefined;
    readonly tables: readonly string[] | undefined;
  },
): Promise<string> {
  if (typed.until === undefined) return typed.image;
  if (typed.image !== 'latest') {
    const hint = 'holdfast restore ROOT latest --until …';
    throw new InvalidInput(`image: --until chooses one, so that ${typed.image} cannot be named`, hint, {
      field: 'image',
    });
  }
  const { ms, hasFraction } = parseMoment(typed.until, 'until');
  const until = hasFraction ? ms : ms + 999;
  const point = restorePointUntil(await imageCatalogue(world.table, root), until, typed.tables, root);
  const { image, next, newer } = point;
  const tables = point.tables.map(({ table, position }) => ({ table, position }));
  const shown = tables.slice(0, 3).map(({ table, position }) => `${table} as of ${timeText(position)}`);
  const last = Math.max(...tables.map(({ position }) => position));
  output?.say({
    type: 'point',
    fields: { root, image: image.id, until, tables, next: next ?? null, newer },
    line: [
      'Point',
      `${image.id}: ${shown.join(', ')}${tables.length > 3 ? `, and ${tables.length - 3} more` : ''}; ${durationText(ms - last)} before`,
    ],
  });
  output?.note('Later', next ? `the next one is ${next.image}, as of ${timeText(next.position)}` : 'there is none');
  for (const { table, image: other, position } of newer.slice(0, 10)) {
    output?.note('Newer', `${table} by itself (-t ${table}) as of ${timeText(position)}, in ${other}`);
  }
  return image.id;
}
