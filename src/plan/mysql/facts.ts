import type { Statement } from '../../model/migration';
import type { ObjectName, Operation } from '../../model/operation';
import type { CostClass, PlannedLock, TableWork } from '../../model/plan';
import { type Fact, rowsWritten } from '../fact';
import { isNew, label, tableOf } from '../situation';
import { hasFulltext, isCompressed, isInnodb, type MysqlSituation } from './situation';
import { type TableChanges, tableChanges } from './table-changes';
import { type CombinedWork, combineWays, demanded } from './table-work';

/** Metadata locks as performance_schema calls them, strongest last. What others feel of them is in `TableWork.lock`. */
const modes = {
  read: 'SHARED_READ',
  write: 'SHARED_WRITE',
  open: 'SHARED_UPGRADABLE',
  shared: 'SHARED_NO_WRITE',
  all: 'EXCLUSIVE',
} as const;

export interface MysqlFact extends Fact {
  readonly work?: TableWork;
}

const costOrder: readonly CostClass[] = ['none', 'metadata', 'data', 'unknown', 'scan', 'build', 'rewrite'];

/** What a statement does on MySQL or MariaDB: how it changes tables, what it locks, what that costs. */
export function mysqlFacts(statement: Statement, situation: MysqlSituation): MysqlFact {
  if (statement.unreadable !== undefined) {
    return { locks: [], cost: 'unknown', because: 'The statement could not be read, so what it locks and costs is not known' };
  }
  const works = tableFacts(statement, situation);
  const others = statement.operations
    .filter((operation) => tableChanges(operation, situation) === undefined)
    .map((operation) => otherFact(operation, situation));
  const facts: readonly MysqlFact[] = [...works, ...others];
  let dearest: MysqlFact = { locks: [], cost: 'none', because: 'It changes nothing in the database' };
  for (const fact of facts) if (facts.length === 1 || costOrder.indexOf(fact.cost) > costOrder.indexOf(dearest.cost)) dearest = fact;
  return { ...dearest, locks: strongest(facts.flatMap(({ locks }) => locks)) };
}

/** One fact for each table that is changed: all that the statement does to it is done in one way. */
function tableFacts(statement: Statement, situation: MysqlSituation): readonly MysqlFact[] {
  const byTable = new Map<string, { readonly changes: TableChanges[]; readonly online: Operation['online'] }>();
  for (const operation of statement.operations) {
    const changes = tableChanges(operation, situation);
    if (changes === undefined) continue;
    const known = byTable.get(label(changes.table));
    if (known === undefined) byTable.set(label(changes.table), { changes: [changes], online: operation.online });
    else known.changes.push(changes);
  }
  return [...byTable.values()].flatMap(({ changes, online }) => {
    const [first] = changes;
    return first === undefined ? [] : [tableFact(first.table, changes, online, situation)];
  });
}

function tableFact(name: ObjectName, changes: readonly TableChanges[], online: Operation['online'], situation: MysqlSituation): MysqlFact {
  const table = tableOf(situation, name);
  if (isNew(situation, name))
    return fact('metadata', `${label(name)} is made in this migration, so there are few rows or none`, [name, modes.all]);
  if (table?.persistence === 'temporary') return fact('metadata', `${label(name)} is a temporary table: nobody else sees it`);
  const reasons = changes.flatMap((change) => change.reasons);
  const traits = { innodb: isInnodb(table), fulltext: hasFulltext(table), compressed: isCompressed(table) };
  const best = combineWays(reasons, traits, situation.engine);
  const uncertain = changes.some((change) => change.uncertain) && online?.algorithm === undefined;
  const { cost, ...done } = trusted(changes, online) ?? demanded(best, online, situation.engine);
  const work: TableWork = { table: name, ...done, ...(uncertain && { uncertain: true as const }) };
  return {
    cost: uncertain ? 'unknown' : cost,
    because: uncertain ? sentence(`${reasons[0]?.because ?? ''}, and then ${waiting(work, label(name))}`) : explain(work, cost, best),
    locks: [{ relation: label(name), name, mode: modeOf(work) }],
    work,
  };
}

/** Where it is not known what the table is, a demand is taken at its word: the server refuses what it can't do. */
function trusted(changes: readonly TableChanges[], online: Operation['online']): ReturnType<typeof demanded> | undefined {
  if (!changes.some((change) => change.uncertain) || online?.algorithm === undefined || online.algorithm === 'default') return undefined;
  const algorithm = online.algorithm.toUpperCase() as TableWork['algorithm'];
  const lock = algorithm === 'COPY' ? 'SHARED' : 'NONE';
  return { algorithm, lock, rebuilds: algorithm === 'COPY', cost: algorithm === 'COPY' ? 'rewrite' : 'metadata' };
}

function modeOf({ lock, algorithm }: TableWork): string {
  if (algorithm === 'INSTANT' || lock === 'EXCLUSIVE') return modes.all;
  return lock === 'NONE' ? modes.open : modes.shared;
}

/** `COPY: id goes from int to bigint, so every value is converted; nobody can write to orders meanwhile`. */
function explain(work: TableWork, cost: CostClass, best: CombinedWork): string {
  const name = label(work.table);
  if (work.refused !== undefined) return `The server refuses it: ${work.refused}, because ${best.because}`;
  if (work.algorithm !== best.algorithm)
    return `${work.algorithm}, as the statement says, where ${best.algorithm} would do; ${waiting(work, name)}`;
  const rows =
    work.rebuilds && work.algorithm !== 'COPY' ? `; all rows are written again, and ${waiting(work, name)}` : `; ${waiting(work, name)}`;
  return `${work.algorithm}: ${best.because}${cost === 'metadata' && work.lock === 'NONE' ? '' : rows}`;
}

function waiting({ lock }: Pick<TableWork, 'lock'>, name: string): string {
  if (lock === 'NONE') return 'reads and writes go on';
  return lock === 'SHARED' ? `nobody can write to ${name} meanwhile` : `nobody can use ${name} meanwhile`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function fact(cost: CostClass, because: string, ...locks: readonly (readonly [ObjectName, string])[]): MysqlFact {
  return { cost, because, locks: locks.map(([name, mode]) => ({ relation: label(name), name, mode })) };
}

const definitionOnly = 'Only the definition changes';
const silentStatements = /^(SHOW|EXPLAIN|DESCRIBE|DESC|HELP|KILL|FLUSH|DELIMITER|SIGNAL|RESIGNAL|GET DIAGNOSTICS|HANDLER)\b/;

/** Operations that are not about the shape of a table that is there. */
function otherFact(operation: Operation, situation: MysqlSituation): MysqlFact {
  switch (operation.kind) {
    case 'create table':
      return operation.asQuery
        ? fact(
            'data',
            'It writes the rows of its query into a new table',
            ...(operation.uses ?? []).map((name) => [name, modes.read] as const),
          )
        : fact('metadata', 'A new table is empty, and nobody waits for it');
    case 'drop object':
      return operation.objectKind === 'table'
        ? fact(
            'metadata',
            'The table goes with its rows, whatever the size',
            ...operation.objects.map((name) => [name, modes.all] as const),
          )
        : fact('metadata', definitionOnly, ...(operation.on === undefined ? [] : [[operation.on, modes.all] as const]));
    case 'create object':
      return fact('metadata', definitionOnly, ...(operation.on === undefined ? [] : [[operation.on, modes.all] as const]));
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'copy':
      return dataFact(operation);
    case 'truncate':
      return fact(
        'metadata',
        'The table is dropped and made anew, empty: it can’t be rolled back',
        ...operation.tables.map((name) => [name, modes.all] as const),
      );
    case 'select':
      return fact(
        'none',
        'It only reads',
        ...operation.tables.map((name) => [name, operation.locking === undefined ? modes.read : modes.write] as const),
      );
    case 'lock table':
      return fact(
        'none',
        'It takes the lock and holds it until UNLOCK TABLES',
        ...operation.tables.map((name) => [name, lockMode(operation.mode)] as const),
      );
    case 'table maintenance':
      return maintenance(operation, situation);
    case 'analyze':
      return fact(
        'scan',
        'It reads a sample of the pages, beside normal work',
        ...operation.tables.map((name) => [name, modes.read] as const),
      );
    case 'transaction':
    case 'set':
    case 'use':
    case 'unlock tables':
      return fact('none', 'It is about the session, not the data');
    case 'prepared statement':
      return operation.action === 'execute' || operation.action === 'execute immediate'
        ? fact('unknown', 'What it does is in a text that is put together when it runs')
        : fact('none', 'It is about the session, not the data');
    case 'do block':
    case 'call':
      return fact('unknown', 'What it locks and costs depends on its body');
    case 'other':
      return silentStatements.test(operation.node)
        ? fact('none', 'It changes nothing in the database')
        : fact('unknown', `Faultline has no facts about this kind of statement (${operation.node})`);
    default:
      return fact('metadata', definitionOnly);
  }
}

type DataOperation = Extract<Operation, { readonly kind: 'insert' | 'update' | 'delete' | 'merge' | 'copy' }>;

function dataFact(operation: DataOperation): MysqlFact {
  const read =
    operation.kind === 'insert'
      ? (operation.from ?? [])
      : operation.kind === 'update' || operation.kind === 'delete'
        ? (operation.joined ?? [])
        : [];
  const locks = [[operation.table, modes.write] as const, ...read.map((name) => [name, modes.read] as const)];
  if (operation.kind === 'update' || operation.kind === 'delete') {
    const which = operation.hasWhere || operation.limit !== undefined ? 'the rows that match' : 'every row of the table';
    const what = operation.kind === 'update' ? `It writes ${which} again` : `It removes ${which}`;
    return fact('data', `${what}, and keeps every row that it read locked until the transaction ends`, ...locks);
  }
  return fact('data', rowsWritten, ...locks);
}

function maintenance({ action, tables }: Extract<Operation, { kind: 'table maintenance' }>, situation: MysqlSituation): MysqlFact {
  const [table] = tables;
  if (action === 'optimize' && table !== undefined) {
    return tableFact(
      table,
      [{ table, reasons: [{ change: 'rebuild table', because: 'OPTIMIZE TABLE writes all rows again' }] }],
      undefined,
      situation,
    );
  }
  return fact(
    action === 'repair' ? 'unknown' : 'scan',
    `${action.toUpperCase()} TABLE reads the whole table`,
    ...tables.map((name) => [name, modes.read] as const),
  );
}

function lockMode(mode: string): string {
  return /^WRITE/i.test(mode) ? 'SHARED_NO_READ_WRITE' : 'SHARED_READ_ONLY';
}

const strengths = [
  modes.read,
  modes.write,
  'SHARED_READ_ONLY',
  modes.open,
  modes.shared,
  'SHARED_NO_READ_WRITE',
  modes.all,
] as readonly string[];

/** One lock per table. */
function strongest(locks: readonly PlannedLock[]): readonly PlannedLock[] {
  const byRelation = new Map<string, PlannedLock>();
  for (const lock of locks) {
    const other = byRelation.get(lock.relation);
    if (other === undefined || strengths.indexOf(lock.mode) > strengths.indexOf(other.mode)) byRelation.set(lock.relation, lock);
  }
  return [...byRelation.values()];
}
