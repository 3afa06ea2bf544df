import type { ObjectName } from '../../model/operation';
import { quoteQualified } from '../../parse/postgres/identifiers';
import { findTable } from '../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../context';
import { statementTokens } from '../edits';
import { takesSeveralOutside } from '../fixes/outside';
import { insertion, type Patch } from '../fixes/patches';

/** How a CREATE INDEX becomes a concurrent one that a retry can repeat. */
export interface ConcurrentIndex {
  /** Undefined where the words can't be put in. */
  readonly patches: readonly Patch[] | undefined;
  readonly preceding: readonly string[];
  /** The index's name, chosen by the server where the text gives none. */
  readonly name: string;
}

/**
 * IF NOT EXISTS goes: after a failed build it would keep the invalid index and report success. What is left of a failed attempt is
 * dropped first instead, where the framework can run two statements.
 */
export function createIndexPatches(context: RuleContext, step: Step, operation: OperationOf<'create index'>): ConcurrentIndex {
  const name = operation.index.name ?? newIndexName(step, operation.index.table) ?? 'index';
  const offset = operation.insertAt?.concurrently;
  const guard = operation.ifNotExists ? ifNotExistsPatch(context, step) : undefined;
  const patches =
    offset === undefined || (operation.ifNotExists && guard === undefined)
      ? undefined
      : [insertion(offset, 'CONCURRENTLY '), ...(guard ?? [])];
  const preceding = operation.ifNotExists && takesSeveralOutside(context) ? [dropLeftover(operation.index.table, name)] : [];
  return { patches, preceding, name };
}

export function dropLeftover(table: ObjectName, name: string): string {
  return `DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified(table.schema, name)};`;
}

/** Removes the words IF NOT EXISTS. */
export function ifNotExistsPatch(context: RuleContext, step: Step): readonly Patch[] | undefined {
  const tokens = statementTokens(context, step.statement.span);
  const first = tokens.findIndex(
    (token, position) => token.word === 'if' && tokens[position + 1]?.word === 'not' && tokens[position + 2]?.word === 'exists',
  );
  const start = tokens[first]?.start;
  const end = tokens[first + 3]?.start;
  return first === -1 || start === undefined || end === undefined ? undefined : [{ span: { start, end }, newText: '' }];
}

/** The name of the index that the statement makes, from the schema after it. */
export function newIndexName(step: Step, table: ObjectName): string | undefined {
  const before = new Set(indexesOf(step.before, table).map((index) => index.identity));
  return indexesOf(step.after, table).find((index) => !before.has(index.identity))?.name;
}

function indexesOf(catalog: Step['before'], table: ObjectName) {
  const found = findTable(catalog, table);
  return found?.indexes ?? catalog.definitions.find((object) => object.name === table.name && object.indexes !== undefined)?.indexes ?? [];
}

/** The name of the constraint of that kind that the statement makes. */
export function builtName(step: Step, table: ObjectName, kind: string): string | undefined {
  const before = new Set((findTable(step.before, table)?.constraints ?? []).map((constraint) => constraint.identity));
  return findTable(step.after, table)?.constraints.find((constraint) => constraint.kind === kind && !before.has(constraint.identity))?.name;
}
