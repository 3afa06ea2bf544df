import type { Engine } from '../../model/engine';
import type { OnlineWords } from '../../model/operation';
import { type CostClass, type TableAlgorithm, type TableWork, tableAlgorithms } from '../../model/plan';
import { type Change, copiesOnline, type Way, wayOf } from './changes';
import type { Reason } from './column-change';

/** What is known of the table beside its columns. */
export interface TableTraits {
  readonly innodb: boolean;
  readonly fulltext: boolean;
  readonly compressed: boolean;
}

/** All that a statement does to a table, in one way that does for all of it. */
export interface CombinedWork extends Way {
  /** Why it is not faster. */
  readonly because: string;
}

/** Columns that come or go instantly, or else with a rebuild. */
const instantColumns: ReadonlySet<Change> = new Set([
  'add column',
  'add column with computed default',
  'drop column',
  'add checked column',
]);
const costs: readonly CostClass[] = ['metadata', 'scan', 'build', 'rewrite'];
const locks = ['NONE', 'SHARED', 'EXCLUSIVE'] as const;

/**
 * How the server does several changes of one table at once: by the slowest of the ways. INSTANT is for the whole statement or not at all:
 * beside a slower change, a new column is one more reason to write the rows again.
 */
export function combineWays(reasons: readonly Reason[], traits: TableTraits, engine: Engine): CombinedWork {
  const exchanged = besideVirtual(exchangePrimaryKey(reasons), engine).map((reason) => {
    const way = limited(reason.change, traits, engine);
    const unfit = way.algorithm === wayOf(reason.change, engine).algorithm ? undefined : unfitness(reason.change, traits);
    return { ...reason, way, because: unfit === undefined ? reason.because : `${reason.because}, but not where ${unfit}` };
  });
  const slowest = exchanged.toSorted((left, right) => slowness(right.way) - slowness(left.way))[0];
  if (slowest === undefined) return { ...wayOf('table definition', engine), because: '' };
  const lock = locks[Math.max(...exchanged.map(({ way }) => locks.indexOf(way.lock)))] ?? 'NONE';
  const combined: CombinedWork = { ...slowest.way, lock, because: slowest.because };
  if (combined.algorithm === 'INSTANT') return combined;
  const column = exchanged.find(({ change, way }) => way.algorithm === 'INSTANT' && needsRebuild(change, combined, engine));
  const virtual = exchanged.some(({ change }) => change === 'add virtual column' || change === 'drop virtual column');
  const shared = virtual && combined.algorithm !== 'COPY' ? atLeastShared(combined) : combined;
  if (column === undefined || shared.rebuilds) return withFulltext(shared, traits, engine);
  return withFulltext(
    {
      ...wayOf('rebuild table', engine),
      lock: shared.lock,
      because: `${column.because} only when nothing else is done; beside another change the table is rebuilt`,
    },
    traits,
    engine,
  );
}

function atLeastShared(work: CombinedWork): CombinedWork {
  return { ...work, lock: work.lock === 'NONE' ? 'SHARED' : work.lock };
}

/** MariaDB keeps to INSTANT for columns also beside an index that is only dropped. */
function needsRebuild(change: Change, { algorithm, cost }: Way, { name }: Engine): boolean {
  if (!instantColumns.has(change)) return false;
  return !(name === 'mariadb' && algorithm === 'NOCOPY' && cost === 'metadata');
}

/** DROP PRIMARY KEY, ADD PRIMARY KEY in one statement is a rebuild, where dropping alone copies. */
function exchangePrimaryKey(reasons: readonly Reason[]): readonly Reason[] {
  const both = reasons.some(({ change }) => change === 'drop primary key') && reasons.some(({ change }) => change === 'add primary key');
  if (!both) return reasons;
  return reasons.map((reason) => (reason.change === 'drop primary key' ? { ...reason, change: 'exchange primary key' } : reason));
}

/** MariaDB copies the table for a virtual column that comes or goes together with others. */
function besideVirtual(reasons: readonly Reason[], { name }: Engine): readonly Reason[] {
  const virtual = reasons.find(({ change }) => change === 'add virtual column' || change === 'drop virtual column');
  if (name !== 'mariadb' || virtual === undefined || !reasons.some(({ change }) => instantColumns.has(change))) return reasons;
  return [...reasons, { change: 'virtual column beside others', because: `${virtual.because} only when no other column comes or goes` }];
}

/** The way of one change, on a table that may not be fit for it (manual of MySQL, "Column Operations": what INSTANT can't). */
function limited(change: Change, traits: TableTraits, engine: Engine): Way {
  const way = wayOf(change, engine);
  if (!traits.innodb && way.algorithm !== 'COPY' && way.cost !== 'metadata') return wayOf('other engine', engine);
  if (!traits.innodb && (instantColumns.has(change) || change === 'same charset')) return wayOf('other engine', engine);
  if (!instantColumns.has(change) && change !== 'move column') return way;
  if (traits.fulltext) return withFulltext({ ...wayOf('rebuild table', engine), because: '' }, traits, engine);
  return traits.compressed ? wayOf('rebuild table', engine) : way;
}

/** What a table is that keeps the server from changing its columns instantly. */
function unfitness(change: Change, { innodb, fulltext }: TableTraits): string | undefined {
  if (!instantColumns.has(change) && change !== 'move column') return undefined;
  if (!innodb) return 'another engine than InnoDB keeps the rows';
  return fulltext ? 'the table has a FULLTEXT index' : 'the table is compressed';
}

/** A table with a FULLTEXT index can't be rebuilt beside writes: MySQL copies it, MariaDB locks it. */
function withFulltext(work: CombinedWork, { fulltext }: TableTraits, engine: Engine): CombinedWork {
  if (!fulltext || !work.rebuilds || work.algorithm === 'COPY') return work;
  return engine.name === 'mysql'
    ? {
        ...work,
        ...wayOf('other engine', engine),
        because: `${work.because}${work.because === '' ? '' : ', and '}a table with a FULLTEXT index is not rebuilt in place`,
      }
    : atLeastShared(work);
}

function slowness({ algorithm, rebuilds, cost }: Way): number {
  return tableAlgorithms.indexOf(algorithm) * 100 + (rebuilds ? 50 : 0) + costs.indexOf(cost);
}

/** What a statement demands is refused when it is more than the server offers; else it is done as demanded. */
export function demanded(
  best: CombinedWork,
  words: OnlineWords | undefined,
  engine: Engine,
): Pick<TableWork, 'algorithm' | 'lock' | 'rebuilds' | 'refused'> & { readonly cost: CostClass } {
  const { algorithm, lock, rebuilds, cost } = best;
  const own = { algorithm, lock, rebuilds, cost };
  const wanted =
    words?.algorithm === undefined || words.algorithm === 'default' ? undefined : (words.algorithm.toUpperCase() as TableAlgorithm);
  const open = words?.lock === undefined || words.lock === 'default' ? undefined : (words.lock.toUpperCase() as TableWork['lock']);
  if (wanted === 'NOCOPY' && engine.name === 'mysql') return { ...own, refused: 'NOCOPY is a word of MariaDB' };
  if (wanted === 'INSTANT' && algorithm === 'INSTANT' && open !== undefined && engine.name === 'mysql')
    return { ...own, refused: 'MySQL takes no LOCK= beside ALGORITHM=INSTANT' };
  if (wanted !== undefined && tableAlgorithms.indexOf(wanted) < tableAlgorithms.indexOf(algorithm)) {
    // MariaDB's INPLACE and NOCOPY are promises of "at least as fast as", and so is MySQL's INPLACE.
    return { ...own, refused: `it needs ALGORITHM=${algorithm}` };
  }
  const done = wanted === 'COPY' && algorithm !== 'COPY' ? copied(engine) : own;
  if (open !== undefined && locks.indexOf(open) < locks.indexOf(done.lock)) return { ...done, refused: `it needs LOCK=${done.lock}` };
  return open === undefined ? done : { ...done, lock: open };
}

function copied(engine: Engine): Pick<TableWork, 'algorithm' | 'lock' | 'rebuilds'> & { readonly cost: CostClass } {
  return { algorithm: 'COPY', lock: copiesOnline(engine) ? 'NONE' : 'SHARED', rebuilds: true, cost: 'rewrite' };
}
