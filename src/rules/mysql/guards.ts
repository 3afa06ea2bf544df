import type { Engine } from '../../model/engine';
import type { ObjectName, Operation } from '../../model/operation';
import { quoteLiteral } from '../../parse/mysql/identifiers';

/** What has to be asked so that a statement runs only where its change is not there yet. */
interface Question {
  /** A query that counts. */
  readonly count: string;
  /** Whether the statement runs when nothing is found, or when something is. */
  readonly runsWhen: 'none' | 'some';
}

/**
 * A statement that is skipped where its change is there already, for what has no IF [NOT] EXISTS in MySQL: the question is put to
 * information_schema, and the statement prepared from the answer. Statements with their semicolons; undefined where none can be put.
 */
export function guarded(operation: Operation, sql: string): readonly string[] | undefined {
  const question = questionOf(operation);
  if (question === undefined) return undefined;
  const text = quoteLiteral(sql);
  const branches = question.runsWhen === 'none' ? `'DO 0', ${text}` : `${text}, 'DO 0'`;
  return [
    `SET @guarded = IF((${question.count}) > 0, ${branches});`,
    'PREPARE guarded FROM @guarded;',
    'EXECUTE guarded;',
    'DEALLOCATE PREPARE guarded;',
  ];
}

function questionOf(operation: Operation): Question | undefined {
  switch (operation.kind) {
    case 'add column':
      return { count: columns(operation.table, operation.column.name), runsWhen: 'none' };
    case 'drop column':
      return { count: columns(operation.table, operation.column), runsWhen: 'some' };
    case 'rename column':
      return { count: columns(operation.table, operation.column), runsWhen: 'some' };
    case 'create index':
      return operation.index.name === undefined
        ? undefined
        : { count: indexes(operation.index.table, operation.index.name), runsWhen: 'none' };
    case 'drop object': {
      const [index] = operation.objects;
      if (operation.objectKind !== 'index' || operation.on === undefined || index === undefined) return undefined;
      return { count: indexes(operation.on, index.name), runsWhen: 'some' };
    }
    case 'add constraint': {
      const { name, kind } = operation.constraint;
      if (kind === 'primary key') return { count: constraints(operation.table, 'PRIMARY'), runsWhen: 'none' };
      return name === undefined ? undefined : { count: constraints(operation.table, name), runsWhen: 'none' };
    }
    case 'drop constraint':
      return { count: constraints(operation.table, operation.constraint), runsWhen: 'some' };
    case 'rename object': {
      if (operation.objectKind === 'index' && operation.on !== undefined)
        return { count: indexes(operation.on, operation.object.name), runsWhen: 'some' };
      return operation.objectKind === 'table' ? { count: of('TABLES', operation.object), runsWhen: 'some' } : undefined;
    }
    default:
      return undefined;
  }
}

function of(view: string, { schema, name }: ObjectName): string {
  const database = schema === undefined ? 'DATABASE()' : quoteLiteral(schema);
  return `SELECT COUNT(*) FROM information_schema.${view} WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${quoteLiteral(name)}`;
}

function columns(table: ObjectName, column: string): string {
  return `${of('COLUMNS', table)} AND COLUMN_NAME = ${quoteLiteral(column)}`;
}

function indexes(table: ObjectName, index: string): string {
  return `${of('STATISTICS', table)} AND INDEX_NAME = ${quoteLiteral(index)}`;
}

function constraints(table: ObjectName, constraint: string): string {
  return `${of('TABLE_CONSTRAINTS', table)} AND CONSTRAINT_NAME = ${quoteLiteral(constraint)}`;
}

/** Does the server itself know IF [NOT] EXISTS here? MariaDB nearly everywhere; MySQL for whole objects only. */
export function hasOwnGuard(operation: Operation, { name }: Engine): boolean {
  if (operation.kind === 'create table') return true;
  if (operation.kind === 'drop object') return operation.objectKind !== 'index' || name === 'mariadb';
  return name === 'mariadb' && ['add column', 'drop column', 'create index', 'redefine column', 'rename column'].includes(operation.kind);
}
