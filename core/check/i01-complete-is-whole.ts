import { dataKey } from '../image-layout.ts';
import { parseS3Uri } from '../s3-uri.ts';
import { wrongWithListed } from './i01-listed-file.ts';
import type { RootFacts } from './root-facts.ts';
import type { Violation } from './violation.ts';

/**
 * I1. A COMPLETE image has the sealed manifest that its record names, and no sealed manifest, whatever the record says,
 * stands over missing or other bytes.
 */
export function* completeIsWhole(facts: RootFacts): Iterable<Violation> {
  const root = parseS3Uri(facts.root, 'root');
  const broken = (what: string): Violation => ({ invariant: 'I1', what });
  for (const { id, state, manifestSha256 } of facts.images) {
    if (state !== 'COMPLETE') continue;
    const manifest = facts.manifests.get(id);
    if (manifest?.kind !== 'IMAGE')
      yield broken(`${id} is COMPLETE and its manifest is ${manifest?.kind ?? 'missing'}`);
    else if (manifest.sha256 !== manifestSha256) yield broken(`the manifest of ${id} is not the recorded one`);
  }
  for (const [id, manifest] of facts.manifests) {
    if (manifest.kind !== 'IMAGE') continue;
    const files = facts.files.get(id);
    if (files?.length !== manifest.manifest.files) {
      yield broken(`${id} is sealed with ${manifest.manifest.files} files and lists ${files?.length ?? 'none'}`);
    }
    for (const entry of files ?? []) {
      const wrong = wrongWithListed(entry, facts.objects.get(dataKey(root, entry.holder, entry.path)));
      if (wrong !== undefined) yield broken(`${id} is sealed and ${wrong}`);
    }
  }
}
