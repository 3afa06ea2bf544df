import type { Carrier } from '../engines/carrier';
import { transactionOf } from '../faults/course';
import { freshStarts } from '../faults/prefix';
import type { PlannedCell } from '../model/fault';
import { fingerprint } from '../state/fingerprint';
import { capture } from './capture';
import type { Laboratory } from './laboratory';
import { runPlainly } from './run';
import type { Trace } from './trace';

/** Fewer statements than this are run as quickly as a start behind them is prepared. */
const leastStatements = 8;
/** So many databases are kept at most, each with the statements before some point done. */
const mostPrefixes = 8;

/** Where a cell begins: a database, and what is still to be run in it. */
export interface Start {
  readonly database: string;
  readonly carrier: Carrier;
}

interface Prefix extends Start {
  /** The first statement that is not done. */
  readonly next: number;
}

/**
 * Databases in which the first statements of a migration are done. A cell that strikes later begins there: the states that cells of one
 * migration come by are made once. The databases are dropped by `dispose`.
 */
export class Prefixes {
  private constructor(
    private readonly laboratory: Laboratory,
    private readonly trace: Trace,
    /** In ascending order. */
    private readonly prefixes: readonly Prefix[],
  ) {}

  /** Those of a migration; none where its sessions may carry over something, where it is short, or where going on ends elsewhere. */
  static async of(laboratory: Laboratory, trace: Trace): Promise<Prefixes> {
    const made: Prefix[] = [];
    const { part } = trace.carrier;
    if (part !== undefined && trace.after !== undefined && trace.onlyOnce === undefined) {
      for (const next of startsOf(trace)) {
        const prefix = await extend(laboratory, part, made.at(-1) ?? { database: trace.beforeDatabase, next: 1 }, next);
        if (prefix === undefined) break;
        made.push(prefix);
      }
    }
    const prefixes = new Prefixes(laboratory, trace, made);
    if (await prefixes.endAsItDoes()) return prefixes;
    await prefixes.dispose();
    return new Prefixes(laboratory, trace, []);
  }

  /** Where this cell may begin. One that begins in another state before has its own start. */
  startOf(trace: Trace, { point }: PlannedCell): Start {
    const whole = { database: trace.beforeDatabase, carrier: trace.carrier };
    if (trace.beforeDatabase !== this.trace.beforeDatabase || point.kind === 'start') return whole;
    const statement = point.statement ?? trace.course.statementCount;
    const needed = transactionOf(trace.course, statement)?.statements[0] ?? 1;
    return this.prefixes.findLast(({ next }) => next <= needed) ?? whole;
  }

  dispose(): Promise<void> {
    return this.laboratory.drop(...this.prefixes.map(({ database }) => database));
  }

  /** Run on from the last of them, the migration must end in the very state in which it ends in one session. */
  private async endAsItDoes(): Promise<boolean> {
    const { laboratory, trace } = this;
    const last = this.prefixes.at(-1);
    if (last === undefined) return true;
    return laboratory.withClone(last.database, async (database) => {
      const { result } = await runPlainly(laboratory, database, last.carrier);
      const state = await capture(laboratory, database, trace.reading);
      return result === 'success' && fingerprint(state, trace.fingerprints.reference) === trace.fingerprints.after;
    });
  }
}

/** Evenly spread over the statements behind which another session may go on. */
function startsOf({ migration, course, framework, before }: Trace): readonly number[] {
  const { length } = migration.up.statements;
  if (length < leastStatements) return [];
  const possible = freshStarts(migration, course, framework.run(migration.engine).steps(migration), before.catalog);
  const stride = Math.max(leastStatements / 2, Math.ceil(length / mostPrefixes));
  const chosen: number[] = [];
  for (const next of possible) if (next - (chosen.at(-1) ?? 1) >= stride) chosen.push(next);
  return chosen;
}

async function extend(
  laboratory: Laboratory,
  part: NonNullable<Carrier['part']>,
  { database, next: from }: { readonly database: string; readonly next: number },
  next: number,
): Promise<Prefix | undefined> {
  const longer = await laboratory.clone(database);
  const { result } = await runPlainly(laboratory, longer, part({ from, until: next }));
  if (result === 'success') return { database: longer, next, carrier: part({ from: next }) };
  await laboratory.drop(longer);
  return undefined;
}
