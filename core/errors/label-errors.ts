import { HoldfastError } from './holdfast-error.ts';

/** Visibility tags would mean other labels in the target, or none: cells would be shown to the wrong people. */
export class VisibilityLabelsDiffer extends HoldfastError {
  override readonly name = 'VisibilityLabelsDiffer';
}
