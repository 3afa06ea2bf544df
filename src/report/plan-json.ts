import { engineVersionText } from '../model/engine';
import type { Migration } from '../model/migration';
import type { ExecutionPlan, Lock, PlannedStatement, PlannedTransaction, TableWork } from '../model/plan';
import type { Range } from '../model/text';

/** One direction of a migration as it will run. */
export interface PlanReportProgram {
  readonly path: string;
  readonly atomic: boolean;
  readonly summary: string;
  /** How the framework runs it, in words. */
  readonly because: string;
  readonly transactions: readonly PlannedTransaction[];
  readonly statements: readonly {
    readonly index: number;
    readonly text: string;
    readonly range: Range;
    readonly transaction: number;
    readonly transactional: boolean;
    readonly locks: readonly Lock[];
    readonly cost: PlannedStatement['cost'];
    readonly because: string;
    /** MySQL, MariaDB: how a table that is there is changed. */
    readonly work?: Omit<TableWork, 'table'> & { readonly table: string };
    /** MySQL, MariaDB: it commits the open transaction, and then itself. */
    readonly commits?: true;
    /** Why the statement could not be read. */
    readonly unreadable?: string;
  }[];
}

/** `plan --format json`. */
export interface PlanReport {
  readonly version: 1;
  readonly migration: {
    readonly path: string;
    readonly id: string;
    readonly framework: string;
    readonly engine: string;
    readonly engineVersion: string;
  };
  readonly up: PlanReportProgram;
  readonly down?: PlanReportProgram;
  /** Of a file that holds several migrations (changesets of Liquibase): each of them, in order. The document itself is then the last. */
  readonly changesets?: readonly PlanReport[];
}

/** Puts a migration and its plans together. `shownPath` says how people call a file of the folder. */
export function planReport(
  migration: Migration,
  plans: { readonly up: ExecutionPlan; readonly down?: ExecutionPlan },
  shownPath: (path: string) => string,
): PlanReport {
  const { up, down } = migration;
  return {
    version: 1,
    migration: {
      path: shownPath(up.path),
      id: migration.id,
      framework: migration.framework,
      engine: migration.engine.name,
      engineVersion: engineVersionText(migration.engine),
    },
    up: program(plans.up, up.execution.because, shownPath(up.path)),
    ...(down && plans.down ? { down: program(plans.down, down.execution.because, shownPath(down.path)) } : {}),
  };
}

function program(plan: ExecutionPlan, because: string, path: string): PlanReportProgram {
  return {
    path,
    atomic: plan.atomic,
    summary: plan.summary,
    because,
    transactions: plan.transactions,
    statements: plan.statements.map(({ statement, ...planned }) => ({
      index: statement.index,
      text: statement.text,
      range: statement.range,
      transaction: planned.transaction,
      transactional: planned.transactional,
      locks: planned.locks.map(({ relation, mode, onNew }) => ({ relation, mode, ...(onNew && { onNew }) })),
      cost: planned.cost,
      because: planned.because,
      ...(planned.work && { work: { ...planned.work, table: shownTable(planned.work) } }),
      ...(planned.commits && { commits: planned.commits }),
      ...(statement.unreadable ? { unreadable: statement.unreadable.message } : {}),
    })),
  };
}

function shownTable({ table }: TableWork): string {
  return table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
}

/** The document of `plan --format json`: one, however many migrations the file holds. */
export function planJson(reports: readonly PlanReport[]): string {
  const document = { ...reports.at(-1), ...(reports.length > 1 && { changesets: reports }) };
  return `${JSON.stringify(document, null, 2)}\n`;
}
