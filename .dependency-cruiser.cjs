/** Who may import whom. Arrows point down only: handlers → operations, adapters → ports → core. */

const npm = 'node_modules/';
const nodeModule = { dependencyTypes: ['core'] };

/** A folder may import what is listed, and nothing else of the repository. */
const only = (name, from, to, comment, pathNot) => ({
  name,
  comment,
  severity: 'error',
  from: pathNot ? { path: from, pathNot } : { path: from },
  to: { pathNot: [...to, npm], dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'What imports one another cannot be understood, tested or bundled one by one.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-missing',
      comment: 'An import that resolves to nothing breaks where it is run, not where it is written.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vitest' },
    },
    only('core-is-pure', '^core/', ['^core/'], 'The domain is used by every other folder and knows none of them.'),
    {
      name: 'core-does-no-io',
      comment:
        'Same input, same output: of Node, core takes codecs (zlib, and the streams it works with), hashes and buffers only. Files, clocks, randomness and the network are given to it by its callers.',
      severity: 'error',
      from: { path: '^core/' },
      to: { ...nodeModule, pathNot: '^(node:)?(zlib|crypto|buffer|stream)$' },
    },
    {
      name: 'core-knows-no-aws',
      comment: 'The domain outlives the platform: AWS is in adapters, handlers and infra.',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: `${npm}(@aws-sdk/client|@smithy|@aws-lambda|aws-)` },
    },
    only(
      'ports-are-words',
      '^lambdas/ports/',
      ['^lambdas/ports/', '^core/'],
      'A port states semantics in the words of the domain; it has no code.',
    ),
    only(
      'contracts-are-schemas',
      '^lambdas/contracts/',
      ['^lambdas/contracts/', '^core/'],
      'infra and the runtime share the contracts: whatever they import, the CDK app would load too.',
    ),
    only(
      'operations-use-ports',
      '^lambdas/operations/',
      ['^lambdas/(operations|ports|contracts)/', '^core/'],
      'A use case is tested against any implementation of its ports; an adapter in it would fix one.',
    ),
    {
      name: 'operations-know-no-aws',
      comment: 'SDK errors become domain errors in adapters and nowhere else.',
      severity: 'error',
      from: { path: '^lambdas/(operations|ports|contracts)/' },
      to: { path: `${npm}(@aws-sdk/client|@smithy|@aws-lambda)` },
    },
    only(
      'adapters-make-ports-real',
      '^lambdas/adapters/',
      ['^lambdas/(adapters|ports)/', '^core/'],
      'An adapter knows its port and its service; not who uses it.',
    ),
    only(
      'handlers-compose',
      '^lambdas/handlers/',
      ['^lambdas/', '^core/'],
      'Lambdas know neither how they are deployed nor what stands in for AWS.',
    ),
    {
      name: 'clients-are-made-in-one-place',
      comment: 'Retries, regions and time-outs are decided once: operations and adapters get their clients.',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/(handlers/compose|adapters/)' },
      to: { path: `${npm}@aws-sdk/client`, dependencyTypesNot: ['type-only'] },
    },
    only(
      'local-is-aws-not-holdfast',
      '^local/',
      ['^local/'],
      'The embedded AWS runs the synthesized app as AWS would: what it knew of the product, AWS does not.',
    ),
    only(
      'cli-uses-contracts-and-adapters',
      '^cli/',
      [
        '^cli/',
        '^lambdas/(contracts|adapters|ports)/',
        '^lambdas/operations/(find-exactly|find-image|image-catalogue|refuse-if-owner-is-gone|sealed-image)\\.ts$',
        '^core/',
        '^package\\.json$',
      ],
      'The CLI starts state machines and reads what they left, images as the Lambdas read them; the work is done by Lambdas alone.',
      '^cli/(local|demo)\\.ts$|^cli/verbs/local\\.ts$',
    ),
    only(
      'cli-local-runs-the-embedded-aws',
      '^cli/((local|demo)\\.ts$|verbs/local\\.ts$)',
      ['^cli/', '^lambdas/(contracts|adapters|ports)/', '^core/', '^local/'],
      'Only `holdfast local` and the demo start the embedded AWS.',
    ),
    only(
      'infra-deploys-contracts',
      '^infra/',
      ['^infra/', '^lambdas/contracts/', '^core/', '^build\\.ts$'],
      'infra reads what a step promises, never how it keeps it: the code reaches it as a bundle.',
    ),
    {
      name: 'config-has-one-reader',
      comment:
        'Context and configuration are read in infra/config.ts only: elsewhere a typo in a key would be a silent default.',
      severity: 'error',
      from: { path: '^infra/', pathNot: '^infra/(config|constructs/asl-state-machine|stacks/app-stack)\\.ts$' },
      to: { path: '^(node:)?fs$' },
    },
    {
      name: 'nothing-needs-tests',
      comment: 'What runs is there without the tests.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-dev-dependencies-at-run-time',
      comment: 'Who installs without development packages must be able to run, synthesize and deploy.',
      severity: 'error',
      from: { path: '^(core|lambdas|infra|cli|local|build\\.ts)', pathNot: '\\.d\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: `${npm}@types/` },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that is there only because another needs it can vanish with any update.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: npm },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'require', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
};
