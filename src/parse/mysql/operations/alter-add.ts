import type { ColumnSpecification, ObjectName, Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { columnPosition, columnSpecification } from './columns';
import { constraintSpecification, ifNotExists, isConstraint } from './constraints';
import { indexHead, indexSpecification } from './keys';
import { guardPlace } from './place';

/** A subcommand of ALTER TABLE, from behind ADD. */
export function addition(cursor: Cursor, table: ObjectName): readonly Operation[] {
  if (isConstraint(cursor)) return [addedConstraint(cursor, table)];
  if (cursor.isMariadb && cursor.accept('system', 'versioning'))
    return [{ kind: 'alter table', table, detail: 'ADD SYSTEM VERSIONING', rewrites: true }];
  if (cursor.isMariadb && cursor.is('period', 'for')) return [period(cursor, table)];
  const head = indexHead(cursor);
  if (head !== undefined) {
    const place = cursor.isMariadb ? guardPlace(cursor, 'ifNotExists') : {};
    const guarded = cursor.isMariadb && ifNotExists(cursor);
    return [{ kind: 'create index', index: indexSpecification(cursor, table, head), ifNotExists: guarded, ...(guarded ? {} : place) }];
  }
  cursor.accept('column');
  const place = cursor.isMariadb ? guardPlace(cursor, 'ifNotExists') : {};
  const guarded = cursor.isMariadb && ifNotExists(cursor);
  const common = { table, ifNotExists: guarded, ...(guarded ? {} : place) };
  return cursor.is('(') ? severalColumns(cursor, table, common) : [oneColumn(cursor, common)];
}

/** MariaDB's IF NOT EXISTS stands behind CONSTRAINT, KEY or UNIQUE, before the columns. */
function addedConstraint(cursor: Cursor, table: ObjectName): Operation {
  const from = cursor.index;
  const constraint = constraintSpecification(cursor, table);
  const head = cursor.tokens.slice(from, cursor.index);
  const bracket = head.findIndex(({ word }) => word === '(');
  const isGuarded = head.slice(0, bracket).some(({ word }, at) => word === 'if' && head[at + 1]?.word === 'not');
  return { kind: 'add constraint', table, constraint, ...(isGuarded && { ifNotExists: true }) };
}

interface Common {
  readonly table: ObjectName;
  readonly ifNotExists: boolean;
}

function oneColumn(cursor: Cursor, common: Common): Operation {
  const column = columnSpecification(cursor);
  const position = columnPosition(cursor);
  return { kind: 'add column', column, ...common, ...(position !== undefined && { position }) };
}

/** `ADD (a int, b int, KEY (a))`: as if each stood alone. */
function severalColumns(cursor: Cursor, table: ObjectName, common: Common): readonly Operation[] {
  return cursor.bracketed((): Operation => {
    const from = cursor.index;
    const operation = bracketedAddition(cursor, table, common);
    return { ...operation, span: cursor.toFile(cursor.spanSince(from)) };
  });
}

function bracketedAddition(cursor: Cursor, table: ObjectName, common: Common): Operation {
  if (isConstraint(cursor)) return addedConstraint(cursor, table);
  const head = indexHead(cursor);
  if (head !== undefined) return { kind: 'create index', index: indexSpecification(cursor, table, head), ifNotExists: false };
  const column: ColumnSpecification = columnSpecification(cursor);
  return { kind: 'add column', column, ...common };
}

/** MariaDB: ADD PERIOD FOR name (start, end). */
function period(cursor: Cursor, table: ObjectName): Operation {
  const from = cursor.index;
  cursor.accept('period', 'for');
  cursor.name('the name of a period');
  cursor.skipBrackets();
  return { kind: 'alter table', table, detail: `ADD ${cursor.since(from)}`, rewrites: false };
}
