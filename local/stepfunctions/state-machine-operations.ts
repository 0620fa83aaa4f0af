import type { Clock } from '../clock.ts';
import type { Journal } from '../journal.ts';
import { notImplemented, ServiceError } from '../service.ts';
import { page } from './paging.ts';
import {
  type Alias,
  type StateMachine,
  type StateMachineStore,
  splitQualifier,
  type Version,
} from './state-machine-store.ts';

type Input = Readonly<Record<string, unknown>>;
type Output = Record<string, unknown>;

export interface StateMachineOptions {
  readonly clock: Clock;
  readonly ids: () => string;
  readonly random: () => number;
  readonly journal: Journal;
  /** `arn:aws:states:<region>:<account>` */
  readonly arnPrefix: string;
}

const KEPT_SETTINGS = ['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration', 'tags'];
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

/** The operations on state machines, their versions and aliases, in the shapes of the SDK. */
export class StateMachineOperations {
  readonly #store: StateMachineStore;
  readonly #options: StateMachineOptions;

  constructor(store: StateMachineStore, options: StateMachineOptions) {
    this.#store = store;
    this.#options = options;
  }

  create(input: Input): Output {
    const { name, definition, roleArn, type = 'STANDARD', publish } = input;
    if (!NAME.test(String(name))) throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
    checkRole(roleArn);
    if (type !== 'STANDARD') throw notImplemented(`state machines of type ${type}`);
    const arn = `${this.#options.arnPrefix}:stateMachine:${name}`;
    const before = this.#store.find(arn);
    if (before) return this.#created(before, definition, roleArn);
    this.#store.compile(String(definition));
    const settings = Object.fromEntries(
      KEPT_SETTINGS.flatMap((key) => (input[key] === undefined ? [] : [[key, input[key]]])),
    );
    const createdMs = this.#options.clock.now();
    const revision = this.#revision(String(definition), String(roleArn));
    const empty = { lastVersion: 0, versions: [], aliases: [], settings };
    this.#save({ arn, name: String(name), createdMs, revision, ...empty });
    const version = publish ? this.publish({ stateMachineArn: arn, description: input.versionDescription }) : {};
    return { stateMachineArn: arn, creationDate: new Date(createdMs), ...versionMember(version) };
  }

  /** Creating the same once more is no error. */
  #created(before: StateMachine, definition: unknown, roleArn: unknown): Output {
    if (before.revision.definition !== definition || before.revision.roleArn !== roleArn) {
      throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${before.arn}'`);
    }
    return { stateMachineArn: before.arn, creationDate: new Date(before.createdMs) };
  }

  update(input: Input): Output {
    const { stateMachineArn, definition, roleArn, publish } = input;
    const machine = this.#store.get(stateMachineArn);
    if (definition === undefined && roleArn === undefined && !KEPT_SETTINGS.some((key) => input[key] !== undefined)) {
      throw new ServiceError('MissingRequiredParameter', 'Either the definition or the role ARN must be specified');
    }
    if (definition !== undefined) this.#store.compile(String(definition));
    if (roleArn !== undefined) checkRole(roleArn);
    const { revision: old } = machine;
    const revision = this.#revision(String(definition ?? old.definition), String(roleArn ?? old.roleArn));
    this.#save({ ...machine, revision });
    const version = publish ? this.publish({ stateMachineArn, description: input.versionDescription }) : {};
    return { updateDate: new Date(revision.atMs), revisionId: revision.revisionId, ...versionMember(version) };
  }

  delete({ stateMachineArn }: Input): Output {
    if (this.#store.find(stateMachineArn)) {
      this.#store.delete(String(stateMachineArn));
      this.#options.journal.append({ kind: 'machine-deleted', arn: stateMachineArn });
    }
    return {};
  }

  describe({ stateMachineArn }: Input): Output {
    const { machine, revision, versionArn } = this.#store.resolve(String(stateMachineArn), this.#options.random);
    return {
      stateMachineArn: versionArn ?? machine.arn,
      name: machine.name,
      status: 'ACTIVE',
      definition: revision.definition,
      roleArn: revision.roleArn,
      type: 'STANDARD',
      creationDate: new Date(machine.createdMs),
      loggingConfiguration: machine.settings.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
      tracingConfiguration: machine.settings.tracingConfiguration ?? { enabled: false },
      revisionId: revision.revisionId,
    };
  }

  list(input: Input): Output {
    const { items, nextToken } = page(this.#store.all(), input);
    const stateMachines = items.map(({ arn, name, createdMs }) => {
      return { stateMachineArn: arn, name, type: 'STANDARD', creationDate: new Date(createdMs) };
    });
    return { stateMachines, ...nextToken };
  }

  /** Publishing a revision once more answers the version it has. */
  publish({ stateMachineArn, description, revisionId }: Input): Output {
    const machine = this.#store.get(stateMachineArn);
    const { revision, versions, lastVersion, arn } = machine;
    if (revisionId !== undefined && revisionId !== revision.revisionId) {
      throw new ServiceError('ConflictException', `the revision is ${revision.revisionId}`, 409);
    }
    let version = versions.find((known) => known.revision.revisionId === revision.revisionId);
    if (!version) {
      const text = description === undefined ? undefined : String(description);
      version = { number: lastVersion + 1, revision, description: text, createdMs: this.#options.clock.now() };
      this.#save({ ...machine, versions: [...versions, version], lastVersion: version.number });
    }
    return { stateMachineVersionArn: `${arn}:${version.number}`, creationDate: new Date(version.createdMs) };
  }

  listVersions(input: Input): Output {
    const machine = this.#store.get(input.stateMachineArn);
    const { items, nextToken } = page<Version>([...machine.versions].reverse(), input);
    const stateMachineVersions = items.map(({ number, createdMs }) => {
      return { stateMachineVersionArn: `${machine.arn}:${number}`, creationDate: new Date(createdMs) };
    });
    return { stateMachineVersions, ...nextToken };
  }

  deleteVersion({ stateMachineVersionArn: arn }: Input): Output {
    const [base, number] = splitQualifier(String(arn));
    const machine = this.#store.get(base);
    if (machine.aliases.some(({ routes }) => routes.some((route) => route.stateMachineVersionArn === arn))) {
      throw new ServiceError('ConflictException', `an alias refers to ${arn}`, 409);
    }
    this.#save({ ...machine, versions: machine.versions.filter((version) => String(version.number) !== number) });
    return {};
  }

  createAlias({ name, description, routingConfiguration }: Input): Output {
    const routes = this.#routes(routingConfiguration);
    const [base] = splitQualifier(routes[0]!.stateMachineVersionArn);
    const machine = this.#store.get(base);
    if (!/^(?=.*[a-zA-Z_.-])[a-zA-Z0-9_.-]{1,80}$/.test(String(name))) {
      throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
    }
    if (machine.aliases.some((alias) => alias.name === name)) {
      throw new ServiceError('ConflictException', `the alias ${name} exists`, 409);
    }
    const nowMs = this.#options.clock.now();
    const text = description === undefined ? undefined : String(description);
    const alias = { name: String(name), description: text, routes, createdMs: nowMs, updatedMs: nowMs };
    this.#save({ ...machine, aliases: [...machine.aliases, alias] });
    return { stateMachineAliasArn: `${base}:${name}`, creationDate: new Date(nowMs) };
  }

  updateAlias({ stateMachineAliasArn, description, routingConfiguration }: Input): Output {
    const [machine, alias] = this.#alias(stateMachineAliasArn);
    const updated = {
      ...alias,
      ...(description === undefined ? {} : { description: String(description) }),
      ...(routingConfiguration === undefined ? {} : { routes: this.#routes(routingConfiguration) }),
      updatedMs: this.#options.clock.now(),
    };
    this.#save({ ...machine, aliases: machine.aliases.map((other) => (other === alias ? updated : other)) });
    return { updateDate: new Date(updated.updatedMs) };
  }

  describeAlias({ stateMachineAliasArn }: Input): Output {
    const [, alias] = this.#alias(stateMachineAliasArn);
    return {
      stateMachineAliasArn,
      name: alias.name,
      description: alias.description ?? '',
      routingConfiguration: alias.routes.map((route) => ({ ...route })),
      creationDate: new Date(alias.createdMs),
      updateDate: new Date(alias.updatedMs),
    };
  }

  deleteAlias({ stateMachineAliasArn }: Input): Output {
    const [machine, alias] = this.#alias(stateMachineAliasArn);
    this.#save({ ...machine, aliases: machine.aliases.filter((other) => other !== alias) });
    return {};
  }

  listAliases(input: Input): Output {
    const machine = this.#store.get(input.stateMachineArn);
    const { items, nextToken } = page<Alias>(machine.aliases, input);
    const stateMachineAliases = items.map(({ name, createdMs }) => {
      return { stateMachineAliasArn: `${machine.arn}:${name}`, creationDate: new Date(createdMs) };
    });
    return { stateMachineAliases, ...nextToken };
  }

  #alias(arn: unknown): [StateMachine, Alias] {
    const [base, name] = splitQualifier(String(arn));
    const machine = this.#store.find(base);
    const alias = machine?.aliases.find((one) => one.name === name);
    if (!machine || !alias) throw new ServiceError('ResourceNotFound', `Resource not found: '${arn}'`);
    return [machine, alias];
  }

  #routes(configuration: unknown): Alias['routes'] {
    const routes = (configuration ?? []) as Alias['routes'];
    const sum = routes.reduce((total, { weight }) => total + weight, 0);
    if (routes.length < 1 || routes.length > 2 || sum !== 100) {
      throw new ServiceError(
        'ValidationException',
        'routingConfiguration: one or two versions, weights that sum to 100',
      );
    }
    for (const { stateMachineVersionArn: arn } of routes) {
      if (!/:\d+$/.test(arn)) throw new ServiceError('ValidationException', `${arn} is not a version`);
      this.#store.resolve(arn, this.#options.random);
    }
    return routes.map(({ stateMachineVersionArn, weight }) => ({ stateMachineVersionArn, weight }));
  }

  #revision(definition: string, roleArn: string): StateMachine['revision'] {
    return { revisionId: this.#options.ids(), definition, roleArn, atMs: this.#options.clock.now() };
  }

  #save(machine: StateMachine): void {
    this.#store.put(machine);
    this.#options.journal.append({ kind: 'machine', machine });
  }
}

function checkRole(roleArn: unknown): void {
  if (!/^arn:[^:]+:iam::\d*:role\/.+$/.test(String(roleArn))) {
    throw new ServiceError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
  }
}

const versionMember = (published: Output): Output =>
  published.stateMachineVersionArn === undefined ? {} : { stateMachineVersionArn: published.stateMachineVersionArn };
