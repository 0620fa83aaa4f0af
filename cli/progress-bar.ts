import { SingleBar } from 'cli-progress';
import { durationText, sizeText } from './text.ts';

/** How far a phase is, in files and bytes. */
export interface Progress {
  readonly phase: string;
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

/** Width of the words at the left of every line. */
export const WORD_WIDTH = 10;

const WIDEST_BAR = 40;
const NARROWEST_BAR = 10;

/**
 * One line that fits into `columns`: bar, files, bytes, rate, and the time that is left at that rate. What has no room
 * is left out: first the bar, then the rate, the bytes, the time.
 */
export function progressLine(p: Progress, bytesPerSecond: number, columns: number): string {
  const files = `${p.files}/${p.ofFiles} files`;
  const bytes = `${sizeText(p.bytes)} of ${sizeText(p.ofBytes)}`;
  const isMoving = bytesPerSecond > 0 && p.bytes < p.ofBytes;
  const rate = isMoving ? [`${sizeText(Math.round(bytesPerSecond))}/s`] : [];
  const left = isMoving ? [`${durationText(((p.ofBytes - p.bytes) / bytesPerSecond) * 1_000)} left`] : [];
  const choices = [[files, bytes, ...rate, ...left], [files, bytes, ...left], [files, ...left], [files]];
  // The last column stays free: a terminal that wraps there would begin a new line with each redraw.
  const room = columns - 1 - WORD_WIDTH;
  const text = choices.map((parts) => parts.join('   ')).find((choice) => choice.length <= room) ?? files;
  const barWidth = Math.min(WIDEST_BAR, room - text.length - 2);
  const drawn = barWidth < NARROWEST_BAR ? '' : `${bar(p, barWidth)}  `;
  return `${p.phase.padEnd(WORD_WIDTH)}${drawn}${text}`.slice(0, Math.max(0, columns - 1));
}

function bar(p: Progress, width: number): string {
  const share = p.ofBytes > 0 ? p.bytes / p.ofBytes : p.ofFiles > 0 ? p.files / p.ofFiles : 1;
  const full = Math.round(Math.min(1, share) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** A line of a terminal that is drawn anew as a phase goes on. */
export class ProgressBar {
  readonly #bar: SingleBar;
  readonly #began: { readonly at: number; readonly bytes: number };
  readonly #now: () => number;

  constructor(stream: NodeJS.WritableStream, now: () => number, first: Progress) {
    this.#now = now;
    this.#began = { at: now(), bytes: first.bytes };
    this.#bar = new SingleBar({
      format: (_options, { maxWidth }, shown: { progress: Progress; rate: number }) =>
        progressLine(shown.progress, shown.rate, maxWidth),
      hideCursor: true,
      stream,
    });
    this.#bar.start(first.ofFiles, first.files, { progress: first, rate: 0 });
  }

  /** The rate is that since the bar is there: who attaches late does not count what was done before. */
  update(progress: Progress): void {
    const seconds = (this.#now() - this.#began.at) / 1_000;
    const rate = seconds > 0 ? (progress.bytes - this.#began.bytes) / seconds : 0;
    this.#bar.update(progress.files, { progress, rate });
  }

  stop(): void {
    this.#bar.stop();
  }
}
