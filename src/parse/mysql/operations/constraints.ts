import type { ConstraintSpecification, ForeignKeyTarget, ObjectName } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { columnNames, indexSpecification } from './keys';

const nothingSpecial = { notValid: false, deferrable: false } as const;

/** Does a table constraint begin here: with CONSTRAINT, or with its own words? */
export function isConstraint(cursor: Cursor): boolean {
  return cursor.is('constraint') || cursor.is('primary') || cursor.is('unique') || cursor.is('foreign') || cursor.is('check');
}

/** `[CONSTRAINT [name]] PRIMARY KEY | UNIQUE | FOREIGN KEY | CHECK ...` */
export function constraintSpecification(cursor: Cursor, table: ObjectName): ConstraintSpecification {
  const name = constraintName(cursor);
  const named = name === undefined ? {} : { name };
  const from = cursor.index;
  if (cursor.accept('primary')) {
    cursor.expect('key');
    const { name: _, ...index } = indexSpecification(cursor, table, { unique: true, method: 'btree' });
    return { ...named, ...nothingSpecial, kind: 'primary key', columns: index.keys, index, definition: cursor.since(from) };
  }
  if (cursor.accept('unique')) {
    cursor.acceptOne('index', 'key');
    mariadbGuard(cursor);
    const index = indexSpecification(cursor, table, { unique: true, method: 'btree' });
    // The index's own name wins over that of the constraint (manual, CREATE TABLE, "Indexes, Foreign Keys, and CHECK Constraints").
    const unique = index.name ?? name;
    const whole = unique === undefined ? index : { ...index, name: unique };
    const definition = cursor.since(from);
    return {
      ...(unique !== undefined && { name: unique }),
      ...nothingSpecial,
      kind: 'unique',
      columns: index.keys,
      index: whole,
      definition,
    };
  }
  if (cursor.accept('foreign')) return { ...named, ...foreignKey(cursor, from) };
  if (cursor.is('check')) return { ...named, ...check(cursor) };
  cursor.fail('PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK');
  return { ...nothingSpecial, kind: 'check', expression: '' };
}

/** MariaDB knows IF NOT EXISTS nearly everywhere. */
function mariadbGuard(cursor: Cursor): boolean {
  return cursor.isMariadb && ifNotExists(cursor);
}

function constraintName(cursor: Cursor): string | undefined {
  if (!cursor.accept('constraint')) return undefined;
  mariadbGuard(cursor);
  return isConstraint(cursor) ? undefined : cursor.name('the name of a constraint');
}

export function ifNotExists(cursor: Cursor): boolean {
  return cursor.accept('if', 'not', 'exists');
}

export function ifExists(cursor: Cursor): boolean {
  return cursor.accept('if', 'exists');
}

function foreignKey(cursor: Cursor, from: number): ConstraintSpecification {
  cursor.expect('key');
  mariadbGuard(cursor);
  const indexName = cursor.is('(') ? undefined : cursor.name('the name of an index');
  const columns = columnNames(cursor);
  const { target, ...actions } = references(cursor);
  const definition = cursor.since(from);
  return { ...nothingSpecial, kind: 'foreign key', columns, target, ...actions, ...(indexName !== undefined && { indexName }), definition };
}

export interface References {
  readonly target: ForeignKeyTarget;
  readonly onDelete?: string;
  readonly onUpdate?: string;
}

/** `REFERENCES table [(columns)] [MATCH ...] [ON DELETE ...] [ON UPDATE ...]`; the columns can be left out in MySQL 9. */
export function references(cursor: Cursor): References {
  cursor.expect('references');
  const table = cursor.objectName('the name of a table');
  const columns = cursor.is('(') ? columnNames(cursor) : [];
  if (cursor.accept('match') && cursor.acceptOne('full', 'partial', 'simple') === undefined) cursor.fail('FULL, PARTIAL or SIMPLE');
  let onDelete: string | undefined;
  let onUpdate: string | undefined;
  for (;;) {
    if (cursor.accept('on', 'delete')) onDelete = referentialAction(cursor);
    else if (cursor.is('on', 'update') && !isMoment(cursor.word(2))) {
      cursor.accept('on', 'update');
      onUpdate = referentialAction(cursor);
    } else break;
  }
  return { target: { table, columns }, ...(onDelete !== undefined && { onDelete }), ...(onUpdate !== undefined && { onUpdate }) };
}

/** ON UPDATE CURRENT_TIMESTAMP belongs to the column. */
function isMoment(word: string): boolean {
  return word === 'current_timestamp' || word === 'now' || word === 'localtime' || word === 'localtimestamp';
}

function referentialAction(cursor: Cursor): string {
  const single = cursor.acceptOne('restrict', 'cascade');
  if (single !== undefined) return single.toUpperCase();
  if (cursor.accept('set', 'null')) return 'SET NULL';
  if (cursor.accept('set', 'default')) return 'SET DEFAULT';
  cursor.expect('no', 'action');
  return 'NO ACTION';
}

/** `CHECK (expression) [[NOT] ENFORCED]` */
export function check(cursor: Cursor): ConstraintSpecification {
  const from = cursor.index;
  cursor.expect('check');
  const expression = cursor.brackets();
  if (expression === '') cursor.fail('an expression');
  const definition = cursor.since(from);
  const enforced = cursor.isMariadb || !cursor.accept('not', 'enforced');
  if (enforced && !cursor.isMariadb) cursor.accept('enforced');
  return { ...nothingSpecial, kind: 'check', expression, definition, ...(!enforced && { enforced: false }) };
}
