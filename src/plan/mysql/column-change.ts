import type { Column, Table } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Operation } from '../../model/operation';
import { collationName, defaultCollation } from '../../schema/mysql/collations';
import type { Change } from './changes';
import {
  bytesPerCharacter,
  type ColumnType,
  charsetOfCollation,
  collationOf,
  columnType,
  isRequired,
  isSameType,
  isText,
  listBytes,
  optionOf,
} from './column-type';

type Redefinition = Extract<Operation, { kind: 'redefine column' }>;

/** One thing that a statement does to a table, and why it costs what it does: a clause. */
export interface Reason {
  readonly change: Change;
  readonly because: string;
}

/** What MODIFY and CHANGE do to a column that is known. */
export function columnChanges(operation: Redefinition, column: Column, table: Table, engine: Engine): readonly Reason[] {
  const { specification, position, newName } = operation;
  const name = column.name;
  const changes: Reason[] = [...typeChanges(operation, column, table, engine)];
  const wanted = isRequired(specification) || isKey(table, name);
  if (wanted && !column.notNull) changes.push({ change: 'set not null', because: `${name} becomes NOT NULL` });
  if (!wanted && column.notNull) changes.push({ change: 'drop not null', because: `${name} becomes nullable` });
  const counted = column.identityKind !== undefined;
  if (specification.autoIncrement && !counted) changes.push({ change: 'add auto-increment', because: `${name} gets AUTO_INCREMENT` });
  if (!specification.autoIncrement && counted) changes.push({ change: 'remove auto-increment', because: `${name} loses AUTO_INCREMENT` });
  if (specification.primaryKey && !isKey(table, name))
    changes.push({ change: 'add primary key', because: `${name} becomes the primary key, in whose order the rows lie` });
  if (specification.unique) changes.push({ change: 'add index', because: `UNIQUE builds an index over ${name}` });
  if (specification.check !== undefined) changes.push({ change: 'add check', because: `the CHECK of ${name} is verified` });
  if (position !== undefined && !isInPlace(position, name, table))
    changes.push({
      change: column.generated?.kind === 'virtual' ? 'move virtual column' : 'move column',
      because: `${name} moves ${position === 'first' ? 'to the front' : `behind ${position.after}`}`,
    });
  if (newName !== undefined && newName !== name) changes.push({ change: 'rename column', because: `${name} becomes ${newName}` });
  return changes.length > 0
    ? changes
    : [{ change: 'nothing of the column', because: `nothing of ${name} changes but its default, comment or visibility` }];
}

export function isKey(table: Table, column: string): boolean {
  return table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column));
}

export function isIndexed(table: Table, column: string): boolean {
  return table.indexes.some(({ keys }) => keys.some((key) => bareKey(key) === column));
}

/** The column of a key part: without its length, order and quotes. */
export function bareKey(key: string): string {
  return key
    .replace(/\s+(ASC|DESC)$/i, '')
    .replace(/\(\d+\)$/, '')
    .replace(/^`(.*)`$/s, '$1');
}

function isInPlace(position: 'first' | { readonly after: string }, column: string, { columns }: Table): boolean {
  const at = columns.findIndex(({ name }) => name === column);
  return position === 'first' ? at === 0 : columns[at - 1]?.name === position.after;
}

function typeChanges(operation: Redefinition, column: Column, table: Table, engine: Engine): readonly Reason[] {
  const { specification } = operation;
  const before = columnType(column.type);
  const after = columnType(specification.type);
  const { name } = column;
  if (column.generated !== undefined || specification.generated !== undefined) return generatedChanges(operation, column, before, after);
  const text = isText(before) && isText(after) ? charsetChange(operation, column, table, engine, after) : undefined;
  const sizes = { before: bytesPerCharacter(text?.from ?? ''), after: bytesPerCharacter(text?.to ?? '') };
  const copies: Reason = {
    change: 'change type',
    because: `${name} goes from ${column.type} to ${specification.type}, so every value is converted`,
  };
  if (before.base !== after.base || before.unsigned !== after.unsigned) return [copies];
  if (text?.change === 'change charset') return [{ change: text.change, because: text.because }];
  const own = sameBase(before, after, sizes, engine);
  if (own === 'change type') {
    const narrower = (before.base === 'enum' || before.base === 'set') && !isPrefix(before.parts, after.parts);
    return [narrower ? { change: own, because: `the values of ${name} are renumbered: only new ones at the end are free` } : copies];
  }
  return [
    ...(text === undefined || text.change === 'nothing of the column' ? [] : [{ change: text.change, because: text.because }]),
    ...(own === undefined
      ? []
      : [{ change: own, because: `${name} goes from ${column.type} to ${specification.type}: what is stored stays valid` }]),
  ];
}

/** Between two of the same base type; undefined when nothing differs. */
function sameBase(
  before: ColumnType,
  after: ColumnType,
  size: { readonly before: number; readonly after: number },
  engine: Engine,
): Change | undefined {
  if (before.base === 'enum' || before.base === 'set') {
    if (isSameType(before, after)) return undefined;
    return isPrefix(before.parts, after.parts) && listBytes(before) === listBytes(after) ? 'append value' : 'change type';
  }
  if (before.base !== 'varchar' && before.base !== 'varbinary') {
    if (before.base === 'char' && size.before !== size.after) return 'change type';
    return isSameType(before, after) ? undefined : 'change type';
  }
  const [from, to] = [Number(before.parts[0]), Number(after.parts[0])];
  if (to < from) return 'change type';
  const [bytesBefore, bytesAfter] = [from * size.before, to * size.after];
  if (bytesAfter === bytesBefore) return undefined;
  return staysInPlace(bytesBefore, bytesAfter, engine) ? 'widen text' : 'change type';
}

/**
 * Up to 255 bytes the length of a value takes one byte, above it two: crossing that writes the rows again. MariaDB, which keeps short
 * lengths of up to 127 bytes as it keeps long ones, only copies from 128 to 255 bytes to more (MDEV-15563).
 */
function staysInPlace(before: number, after: number, { name }: Engine): boolean {
  if (before > 255 || after <= 255) return true;
  return name === 'mariadb' && before <= 127;
}

function isPrefix(before: readonly string[], after: readonly string[]): boolean {
  return before.length <= after.length && before.every((value, position) => value === after[position]);
}

function generatedChanges({ specification }: Redefinition, column: Column, before: ColumnType, after: ColumnType): readonly Reason[] {
  const { name } = column;
  const [old, now] = [column.generated, specification.generated];
  const same = old !== undefined && now !== undefined && old.kind === now.kind && normal(old.expression) === normal(now.text);
  if (same && isSameType(before, after)) return [];
  if (old?.kind === 'virtual' && now?.kind === 'virtual' && isSameType(before, after))
    return [{ change: 'change virtual expression', because: `the expression of ${name} changes` }];
  return [{ change: 'change stored expression', because: `${name} is computed anew for every row` }];
}

function normal(expression: string): string {
  return expression.replaceAll(/[\s`()]/g, '').toLowerCase();
}

interface CharsetChange {
  readonly change: Change;
  readonly because: string;
  readonly from: string;
  readonly to: string;
}

/** What becomes of character set and collation; with `change` only where they differ. */
function charsetChange(
  { specification }: Redefinition,
  column: Column,
  table: Table,
  engine: Engine,
  type: ColumnType,
): CharsetChange | undefined {
  const current = collationOf(column, table);
  if (current === undefined) return undefined;
  const wanted = wantedCollation(specification, table, engine);
  if (wanted === undefined) return undefined;
  const from = charsetOfCollation(current);
  const to = charsetOfCollation(wanted);
  if (wanted === current) return { from, to, change: 'nothing of the column', because: '' };
  return collationChange({
    name: column.name,
    from,
    to,
    current,
    wanted,
    indexed: isIndexed(table, column.name),
    list: type.base === 'enum' || type.base === 'set',
  });
}

/** Between two collations of a column. Also used for CONVERT TO CHARACTER SET. */
export function collationChange(of: {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly current: string;
  readonly wanted: string;
  readonly indexed: boolean;
  readonly list: boolean;
}): CharsetChange {
  const { name, from, to, current, wanted, indexed } = of;
  if (from === to) {
    const change = indexed ? 'change collation of an indexed column' : 'change collation';
    const because = indexed
      ? `${name} is compared by ${wanted} instead of ${current}, and an index is sorted by it`
      : `${name} is compared by ${wanted} instead of ${current}`;
    return { change, because, from, to };
  }
  if (from === 'utf8mb3' && to === 'utf8mb4' && !of.list) {
    // The order of utf8mb3_unicode_ci is that of utf8mb4_unicode_ci, and not that of utf8mb4_general_ci.
    const sorts = current.slice(current.indexOf('_')) === wanted.slice(wanted.indexOf('_'));
    if (indexed && !sorts)
      return {
        change: 'change collation of an indexed column',
        because: `an index on ${name} is sorted by ${wanted} instead of ${current}`,
        from,
        to,
      };
    return {
      change: indexed ? 'widen charset of an indexed column' : 'widen charset',
      because: `every utf8mb3 text is utf8mb4 text already${indexed ? `, but ${name} is in an index` : ''}`,
      from,
      to,
    };
  }
  return { change: 'change charset', because: `${name} goes from ${from} to ${to}, so every value is converted`, from, to };
}

/** Without words of its own a column takes those of the table. */
function wantedCollation({ charset, collation }: Redefinition['specification'], table: Table, engine: Engine): string | undefined {
  if (collation !== undefined) return collationName(collation);
  return charset === undefined ? optionOf(table, 'collate') : defaultCollation(charset, engine);
}
