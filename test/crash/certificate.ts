import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { caseOf, tokenOf } from './case.ts';
import { type Caught, certifyMutations } from './certify-mutations.ts';
import { faultsOf, type SeenCall } from './fault.ts';
import { MUTATIONS } from './mutations.ts';
import { OPERATIONS } from './operations.ts';
import { traceLine } from './play.ts';
import { Pool } from './pool.ts';
import { RACES } from './races.ts';
import type { Result, Task } from './result.ts';
import { randomFrom, shuffle } from './schedule.ts';
import { Simulator } from './simulator.ts';
import { synchronousZstd } from './synchronous-zstd.ts';
import { type Certificate, writeCertificate } from './write-certificate.ts';

const { values: options } = parseArgs({
  options: {
    replay: { type: 'string' },
    minutes: { type: 'string', default: '30' },
    workers: { type: 'string', default: String(Math.min(2, cpus().length)) },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    mutations: { type: 'boolean', default: true },
    write: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

/** One case alone, call by call. */
async function replay(token: string): Promise<number> {
  synchronousZstd();
  const simulator = await Simulator.create();
  const played = await simulator.play(token, { isWhole: true });
  for (const call of played.calls) console.log(traceLine(call));
  for (const line of played.violations) console.log(`violation: ${line}`);
  const { faults } = caseOf(token);
  if (played.violations.length > 0 && faults.length > 1)
    for (const fault of faults) {
      const alone = tokenOf({ ...caseOf(token), faults: [fault] });
      const { violations } = await simulator.play(alone, { isWhole: true });
      if (violations.length > 0) console.log(`shrunk: ${alone} is enough`);
    }
  console.log(`${token}: ${played.violations.length} violations, ${played.recoveries} recoveries`);
  return played.violations.length;
}

interface Tally {
  points: number;
  pairs: number;
  pairsCovered: number;
  interleavings: number;
  executions: number;
  calls: number;
  states: Set<string>;
  violations: { token: string; what: readonly string[] }[];
}

/** A world that a recovery begins in: how many crash points lead there, the first of them, and the recovery's calls. */
interface Abandoned {
  token: string;
  points: number;
  readonly recovery: readonly SeenCall[];
}

const PIECE = 12;

class Run {
  readonly tally: Tally = {
    ...{ points: 0, pairs: 0, pairsCovered: 0, interleavings: 0, executions: 0, calls: 0 },
    ...{ states: new Set(), violations: [] },
  };
  readonly #pool: Pool;
  readonly #until: number;
  readonly #random: () => number;
  readonly #abandoned = new Map<string, Abandoned>();

  constructor(pool: Pool, until: number, seed: number) {
    this.#pool = pool;
    this.#until = until;
    this.#random = randomFrom(seed);
  }

  /** Every one of them, or as many as the time allows. */
  async all(tokens: string[], count: (result: Result) => void, until = this.#until): Promise<number> {
    let given = 0;
    const next = (): Task | undefined => {
      if (given >= tokens.length || Date.now() >= until) return undefined;
      const piece = tokens.slice(given, given + PIECE);
      given += piece.length;
      return { tokens: piece };
    };
    await this.#pool.play(next, (result) => {
      this.#take(result);
      count(result);
    });
    return given;
  }

  #take({ token, violations, executions, calls, state }: Result): void {
    this.tally.executions += executions;
    this.tally.calls += calls;
    this.tally.states.add(state);
    if (violations.length === 0) return;
    this.tally.violations.push({ token, what: violations });
    console.error(`VIOLATION  npm run certificate -- --replay '${token}'\n           ${violations[0]}`);
  }

  async points(cases: string[]): Promise<void> {
    await this.all(cases, ({ token, abandoned, recovery }) => {
      this.tally.points++;
      if (abandoned === '') return;
      const known = this.#abandoned.get(abandoned);
      if (known) known.points++;
      else this.#abandoned.set(abandoned, { token, points: 1, recovery: recovery ?? [] });
    });
  }

  async interleavings(minutes: number): Promise<void> {
    const tokens: string[] = [];
    for (let n = 1; n <= 20_000; n++) for (const { name } of RACES) tokens.push(`${name}#${n}`);
    const until = Math.min(this.#until, Date.now() + minutes * 60_000);
    await this.all(
      tokens,
      () => {
        this.tally.interleavings++;
      },
      until,
    );
  }

  /**
   * Each crash point of the recovery after each crash point of the operation. Points that leave the same world behind
   * have the same recovery: it is cut once for all of them.
   */
  async pairs(): Promise<void> {
    const weights = new Map<string, number>();
    for (const { token, points, recovery } of this.#abandoned.values())
      for (const call of recovery)
        for (const kind of faultsOf(call)) {
          const { operation, faults } = caseOf(token);
          weights.set(tokenOf({ operation, faults: [...faults, { at: call.at, kind }] }), points);
        }
    console.log(`pairs: ${weights.size} for ${[...weights.values()].reduce((a, b) => a + b, 0)}`);
    await this.all(shuffle([...weights.keys()], this.#random), ({ token }) => {
      this.tally.pairs++;
      this.tally.pairsCovered += weights.get(token) ?? 0;
    });
  }
}

async function certify(): Promise<number> {
  const began = Date.now();
  const minutes = Number(options.minutes);
  const seed = Number(options.seed);
  const workers = Number(options.workers);
  const random = randomFrom(seed);
  console.log(`seed ${seed}, ${minutes} minutes, ${workers} workers`);
  const undo = synchronousZstd();
  const simulator = await Simulator.create();
  const operations = OPERATIONS.filter(({ name }) => !options.only || options.only.split(',').includes(name));
  const found = new Map<string, { calls: number; points: number }>();
  const cases: string[] = [];
  for (const { name } of operations) {
    const { calls, cases: points } = await simulator.points(name);
    found.set(name, { calls: calls.length, points: points.length });
    cases.push(...points.map(tokenOf));
  }
  const share = options.mutations ? 0.3 : 0;
  const caught: Caught[] = options.mutations
    ? await certifyMutations(simulator, workers, began + minutes * 60_000 * share)
    : [];
  undo();
  const pool = new Pool({ workers });
  const run = new Run(pool, began + minutes * 60_000, seed);
  await run.points(shuffle(cases, random));
  console.log(`points: ${run.tally.points} of ${cases.length}`);
  await run.interleavings((minutes - (Date.now() - began) / 60_000) * 0.3);
  console.log(`interleavings: ${run.tally.interleavings}`);
  await run.pairs();
  await pool.close();
  const { states, violations, ...counts } = run.tally;
  const certificate: Certificate = {
    ...counts,
    ...{ pointsFound: cases.length, states: states.size, violations, seeds: [seed], workers },
    seconds: Math.round((Date.now() - began) / 1_000),
    operations: operations.map(({ name, what }) => ({ name, what, ...found.get(name)! })),
    mutations: { planted: MUTATIONS.length, caught: caught.filter(({ token }) => token).length, table: caught },
    races: RACES.map(({ name, what }) => ({ name, what })),
  };
  if (options.write) await writeCertificate(certificate);
  console.log(
    JSON.stringify({ ...certificate, operations: undefined, races: undefined, mutations: undefined }, null, 1),
  );
  const missed = caught.filter(({ token }) => !token);
  for (const { name } of missed) console.error(`NOT CAUGHT ${name}`);
  return violations.length + missed.length;
}

process.exitCode = (options.replay === undefined ? await certify() : await replay(options.replay)) > 0 ? 1 : 0;
