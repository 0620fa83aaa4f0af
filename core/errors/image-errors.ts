import { HoldfastError } from './holdfast-error.ts';

/** No image, session or table of that name. Exit code 12. */
export class ImageNotFound extends HoldfastError {
  override readonly name = 'ImageNotFound';
}

/** The image is not COMPLETE: being made, deleted, or a SHELL. */
export class ImageNotComplete extends HoldfastError {
  override readonly name = 'ImageNotComplete';
}

/** Destination and plan differ: an object is missing, extra, or of another size, ETag or checksum. Exit code 13. */
export class VerificationFailed extends HoldfastError {
  override readonly name = 'VerificationFailed';
}

/** A VOID marker stands at the manifest's key: the session was undone, its prefix is no image and never will be. */
export class ManifestVoided extends HoldfastError {
  override readonly name = 'ManifestVoided';
}

/** Images follow on what is to be deleted; all of them are named. Neither `--cascade` nor `--force` was given. */
export class ImageHasChildren extends HoldfastError {
  override readonly name = 'ImageHasChildren';
}

/** S3 Object Lock keeps an image: a retention that still lasts, or a legal hold. */
export class ImageLocked extends HoldfastError {
  override readonly name = 'ImageLocked';
}

/** Something of another content already stands where this session writes once. */
export class ImageConflict extends HoldfastError {
  override readonly name = 'ImageConflict';
}

/** A manifest, list or sidecar cannot be parsed or does not have the digest its record gives. Exit code 13. */
export class ImageDamaged extends HoldfastError {
  override readonly name = 'ImageDamaged';
}

/** A restore's pin ran out: its images may be removed, so it stops (I11). */
export class PinExpired extends HoldfastError {
  override readonly name = 'PinExpired';
}

/** Another restore holds the record of this target table. Exit code 10. */
export class TargetBusy extends HoldfastError {
  override readonly name = 'TargetBusy';
}

/** The target holds something under the name that the restore would create, and was not told to replace it. */
export class TargetExists extends HoldfastError {
  override readonly name = 'TargetExists';
}
