import type { Table } from '../../../model/catalog';
import type { ConstraintSpecification, ForeignKeyTarget, ObjectName, Operation } from '../../../model/operation';
import { findNamed, findTable } from '../../../schema/lookup';
import type { Step } from '../../context';

/**
 * Is every name in a statement one that is there, as its operations alone tell? Then its tree need not be read, which costs as much as all
 * else that is read of it. False says nothing: the plainest of statements are recognised, which are most.
 */
export function isPlainlyThere(step: Step): boolean {
  const { operations } = step.statement;
  return operations.length > 0 && operations.every((operation) => isThere(step, operation));
}

function isThere(step: Step, operation: Operation): boolean {
  switch (operation.kind) {
    case 'create table': {
      if (operation.asQuery || (operation.like ?? operation.partitionOf ?? operation.inherits) !== undefined) return false;
      const table = findTable(step.after, operation.table);
      const constraints = [...operation.constraints, ...operation.columns.flatMap((column) => column.constraints ?? [])];
      return (
        table !== undefined &&
        operation.columns.every((column) => isPlainColumn(column, table)) &&
        constraints.every((constraint) => holds(step, table, constraint))
      );
    }
    case 'add column': {
      const table = findTable(step.after, operation.table);
      return (
        table !== undefined &&
        isPlainColumn(operation.column, table) &&
        (operation.column.constraints ?? []).every((constraint) => holds(step, table, constraint))
      );
    }
    case 'add constraint': {
      const table = findTable(step.after, operation.table);
      return table !== undefined && findTable(step.before, operation.table) !== undefined && holds(step, table, operation.constraint);
    }
    case 'create index': {
      const { keys, predicate = '', table: name } = operation.index;
      const table = findTable(step.before, name);
      const isOther = /\binclude\b/i.test(step.statement.sent);
      return table !== undefined && !isOther && keys.every((key) => namesOnly(key, table)) && namesOnly(predicate, table);
    }
    case 'update':
    case 'delete': {
      const table = findTable(step.before, operation.table);
      const name = new RegExp(
        `^\\s*(?:update|delete\\s+from)\\s+(?:${operation.table.schema ?? 'public'}\\.)?${operation.table.name}\\b(?!\\s+as\\b)`,
        'i',
      );
      const text = step.statement.sent;
      return table !== undefined && /^\w+$/.test(table.name) && name.test(text) && namesOnly(text.replace(name, ''), table);
    }
    case 'insert': {
      // Constants, and a key that they may meet.
      const { onConflict, conflictTarget, rows } = operation;
      const table = findTable(step.before, operation.table);
      if (rows === undefined || onConflict === 'update' || table === undefined || /\breturning\b/i.test(step.statement.sent)) return false;
      return (
        conflictTarget === undefined || ('columns' in conflictTarget && !conflictTarget.hasPredicate && has(table, conflictTarget.columns))
      );
    }
    case 'comment': {
      if (operation.objectKind !== 'column' || operation.object === undefined) return operation.objectKind !== 'column';
      const table = findTable(step.before, operation.object);
      return table !== undefined && has(table, [operation.member ?? '']);
    }
    case 'create object':
      return operation.objectKind === 'trigger' && operation.on !== undefined && isPlainTrigger(step, operation.on);
    case 'grant': {
      // Without a list of columns.
      const [, name] = /^\s*grant\s[^()]*?\son\s+(?:table\s+)?([a-z_]\w*)\s+to\s[^()]*$/.exec(step.statement.sent.toLowerCase()) ?? [];
      return name !== undefined && isRelation(step, { name });
    }
    default:
      return false;
  }
}

/** One that looks at no column, and whose table and function are there. */
function isPlainTrigger({ statement, before }: Step, on: ObjectName): boolean {
  const [, name] = /\bexecute\s+(?:function|procedure)\s+([a-z_]\w*)\s*\(/.exec(statement.sent.toLowerCase()) ?? [];
  if (name === undefined || /\bwhen\b|\bupdate\s+of\b/i.test(statement.sent)) return false;
  return findTable(before, on) !== undefined && findNamed(before.definitions, { name }, before.searchPath) !== undefined;
}

function isRelation({ before }: Step, name: ObjectName): boolean {
  return findTable(before, name) !== undefined || findNamed(before.definitions, name, before.searchPath) !== undefined;
}

type Column = Extract<Operation, { kind: 'add column' }>['column'];

function isPlainColumn({ default: initial, generated }: Column, table: Table): boolean {
  return !/nextval|select/i.test(initial?.text ?? '') && namesOnly(generated?.text ?? '', table);
}

function holds(step: Step, table: Table, constraint: ConstraintSpecification): boolean {
  switch (constraint.kind) {
    case 'check':
      return namesOnly(constraint.expression, table);
    case 'not null':
      return has(table, [constraint.column]);
    case 'primary key':
    case 'unique':
      return has(table, constraint.columns) && constraint.usingIndex === undefined && !/\binclude\b/i.test(constraint.definition ?? '');
    case 'foreign key':
      return has(table, constraint.columns) && isTarget(step, constraint.target);
    default:
      return false;
  }
}

function isTarget({ after }: Step, { table: name, columns }: ForeignKeyTarget): boolean {
  const table = findTable(after, name);
  return table !== undefined && has(table, columns);
}

function has({ columns }: Table, names: readonly string[]): boolean {
  return names.every((name) => columns.some((column) => column.name === name));
}

/** Words that are no names of columns or tables in a condition. */
const plainWords = new Set(
  'and or not is null true false in between like ilike similar to any all array case when then else end distinct set where asc desc nulls first last date interval timestamp timestamptz current_date current_timestamp'.split(
    ' ',
  ),
);

/** Are all words of a text columns of the table, functions, types or the language's own? */
function namesOnly(text: string, table: Table): boolean {
  if (/["$.]|\bselect\b/i.test(text.replaceAll(/\d\.\d/g, '0'))) return false;
  const rest = text.replaceAll(/'(?:[^']|'')*'/g, '0').replaceAll(/::\s*\w+/g, '');
  for (const [word = '', call] of rest.matchAll(/\b[a-z_]\w*(\s*\()?/gi)) {
    const name = call === undefined ? word.toLowerCase() : '';
    if (name !== '' && !plainWords.has(name) && !table.columns.some((column) => column.name === name)) return false;
  }
  return true;
}
