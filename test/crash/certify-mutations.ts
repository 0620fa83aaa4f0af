import { tokenOf } from './case.ts';
import { faultsOf } from './fault.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';
import { OPERATIONS } from './operations.ts';
import { Pool } from './pool.ts';
import { RACES } from './races.ts';
import type { Result } from './result.ts';
import type { Simulator } from './simulator.ts';

/** What became of a bug that was put in. */
export interface Caught {
  readonly name: string;
  readonly what: string;
  readonly file: string;
  /** The first case that was not right, and what was wrong. Absent: not caught. */
  readonly token?: string;
  readonly wrong?: string;
  /** Cases that were played. */
  readonly cases: number;
}

/** Where a mutation names no case, or its cases all go well: so many-th of all points. */
const STRIDE = 173;

/** `full CopyFiles.CopyObject stop` → a token for each such call of a clean run; `two-sessions#9` → nine seeds. */
async function tokensOf(simulator: Simulator, spec: string): Promise<string[]> {
  const race = /^([a-z-]+)#(\d+)$/.exec(spec);
  if (race) return Array.from({ length: Number(race[2]) }, (_, n) => `${race[1]}#${n + 1}`);
  const [operation = '', call, kind] = spec.split(' ');
  if (call === undefined) return [operation];
  const { calls } = await simulator.points(operation);
  const found = calls.filter((one) => `${one.who}.${one.operation}` === call);
  if (found.length === 0) throw new Error(`${spec}: ${operation} makes no such call`);
  return found
    .filter((one) => faultsOf(one).some((may) => may === kind))
    .map(({ at }) => tokenOf({ operation, faults: [{ at, kind: kind as never }] }));
}

/** Puts each bug in alone and plays until a case is not right. */
export async function certifyMutations(simulator: Simulator, workers: number, until: number): Promise<Caught[]> {
  const all: string[] = OPERATIONS.map(({ name }) => name);
  for (const { name } of OPERATIONS) {
    const { cases } = await simulator.points(name);
    all.push(...cases.filter((_, n) => n % STRIDE === 0).map(tokenOf));
  }
  for (const { name } of RACES) all.push(`${name}#1`, `${name}#2`);
  const caught: Caught[] = [];
  const waiting = [...MUTATIONS];
  const work = async () => {
    for (let one = waiting.shift(); one && Date.now() < until; one = waiting.shift()) {
      const own = await Promise.all((one.cases ?? []).map((spec) => tokensOf(simulator, spec)));
      const answer = await tryOne(one, [...own.flat(), ...all]);
      console.log(
        `${answer.token ? 'caught' : 'NOT CAUGHT'} ${answer.name} after ${answer.cases}: ${answer.token} ${answer.wrong}`,
      );
      caught.push(answer);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return caught.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function tryOne(mutation: Mutation, tokens: readonly string[]): Promise<Caught> {
  const { name, what, file } = mutation;
  const pool = new Pool({ workers: 1, mutation });
  const given = [{ tokens, untilWrong: true }];
  let cases = 0;
  let found: Result | undefined;
  await pool
    .play(
      () => given.shift(),
      (result) => {
        cases++;
        if (result.violations.length > 0) found ??= result;
      },
    )
    .finally(() => pool.close());
  return { name, what, file, cases, ...(found && { token: found.token, wrong: found.violations[0] ?? '' }) };
}
