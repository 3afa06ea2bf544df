import type { Sandbox } from '../../src/model/sandbox';
import type { RecoveryPlan } from '../../src/model/simulation';
import type { Evidence } from '../../src/runner/laboratory';
import { isHarnessed, type Subject } from '../../src/runner/subject';
import { type Dump, differencesBetween, dump, maskChanging } from './dump';
import { executeAsPasted, sendSteps } from './pasted';

/**
 * Verifies again what is marked as verified, by other means than the product does: the steps are executed statement by statement, as if
 * pasted into a terminal, in a fresh clone of the state that was left; then catalog and rows are dumped with plain queries and
 * compared with dumps of before and after.
 */
export class SecondOpinion {
  readonly objections: string[] = [];
  checked = 0;
  private readonly known = new Set<string>();
  private readonly befores = new Map<string, Promise<Dump>>();
  private readonly afters = new Map<string, Promise<Dump>>();
  private databases = 0;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly subject: Subject,
  ) {}

  async hear({ result, database, beforeDatabase }: Evidence): Promise<void> {
    if (result.recovery === undefined) return;
    for (const way of ['back', 'forward'] as const) {
      const plan = result.recovery[way];
      const texts = textsOf(plan);
      const key = JSON.stringify([beforeDatabase, result.fingerprint, way, texts]);
      if (!plan.verified || this.known.has(key)) continue;
      this.known.add(key);
      this.checked += 1;
      const objection = await this.check(way, texts, database, beforeDatabase);
      if (objection !== undefined) this.objections.push(`${result.id}, ${way}: ${objection}`);
    }
  }

  private async check(way: 'back' | 'forward', texts: readonly string[], database: string, beforeDatabase: string) {
    const target =
      way === 'back'
        ? await once(this.befores, beforeDatabase, () => this.inClone(beforeDatabase, (clone) => dump(this.sandbox.address(clone))))
        : await once(this.afters, beforeDatabase, () => this.makeAfter(beforeDatabase));
    return this.inClone(database, async (clone) => {
      const failure = await executeAsPasted(this.sandbox.address(clone), texts);
      if (failure !== undefined) return failure;
      const reached = await dump(this.sandbox.address(clone));
      const differences = differencesBetween(target, reached);
      return differences.length === 0 ? undefined : differences.slice(0, 4).join('; ');
    });
  }

  /** Two runs without a fault tell which values change with each run. */
  private async makeAfter(beforeDatabase: string): Promise<Dump> {
    const first = await this.dumpAfter(beforeDatabase);
    return maskChanging(first, await this.dumpAfter(beforeDatabase));
  }

  private dumpAfter(beforeDatabase: string): Promise<Dump> {
    const { framework, migrations, targets } = this.subject;
    const migration = migrations[targets[0] ?? 0];
    if (migration === undefined || isHarnessed(framework)) throw new Error('No migration in SQL.');
    return this.inClone(beforeDatabase, async (clone) => {
      const address = this.sandbox.address(clone);
      await sendSteps(address, framework.run(migration.engine).steps(migration));
      return dump(address);
    });
  }

  private async inClone<T>(source: string, work: (clone: string) => Promise<T>): Promise<T> {
    this.databases += 1;
    const clone = `second_opinion_${this.databases}`;
    await this.sandbox.cloneDatabase(source, clone);
    try {
      return await work(clone);
    } finally {
      await this.sandbox.dropDatabases([clone]);
    }
  }
}

/** The steps that are to be executed; ending the session has been done already, on the state that was left. */
function textsOf(plan: RecoveryPlan): readonly string[] {
  return plan.steps.filter((step) => step.language === 'sql' && step.concerns !== 'sessions').map((step) => step.text);
}

/** Does the work for a key once. */
function once<T>(known: Map<string, Promise<T>>, key: string, work: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? work();
  known.set(key, found);
  return found;
}
