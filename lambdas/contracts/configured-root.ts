import { RootNotConfigured } from '../../core/errors/input-errors.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';

/** @throws InvalidInput, RootNotConfigured with the lines to add */
export function configuredRoot(text: string, roots: readonly string[]): S3Uri {
  const root = parseS3Uri(text, 'root');
  if (!roots.includes(root.uri)) {
    throw new RootNotConfigured(
      `${root.uri} is not among the configured backup roots, so the functions have no rights on it`,
      `add "${root.uri}" to "roots" in holdfast.config.json and deploy; configured: ${roots.join(', ') || 'none'}`,
      { field: 'root', root: root.uri },
    );
  }
  return root;
}
