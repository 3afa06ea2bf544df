import { Missing, Opaque, plainValue } from '../../../code/plain';
import type { Value } from '../../../code/value';
import type { Table, TableCheck, TableColumn, TableExclusion, TableForeignKey, TableIndex, TableUnique, View } from './tables';

/** The options that migrations give to TypeORM's builders, as plain objects and as instances of its classes. */

/** What an instance of one of TypeORM's classes holds. It can change: `column.isNullable = false`. */
export class Held<T> {
  constructor(
    readonly kind: HeldKind,
    public value: T,
  ) {}
}

export type HeldKind = 'table' | 'column' | 'index' | 'foreign key' | 'unique' | 'check' | 'exclusion' | 'view';

/** The options of an argument: instances stay what they hold. */
export function optionsOf(value: Value): unknown {
  return plainValue(value, (found) => (found.kind === 'native' && found.data instanceof Held ? found.data : undefined));
}

type Options = Readonly<Record<string, unknown>>;

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Held);
}

/** The properties of plain options; none of what is not known. */
function fields(value: unknown): Options {
  return isOptions(value) && !(value instanceof Missing) && !(value instanceof Opaque) ? value : {};
}

/** What an instance of that class holds, or what its constructor would make of the options. */
function held<T>(value: unknown, kind: HeldKind, make: (options: Options) => T): T {
  return value instanceof Held && value.kind === kind ? (value.value as T) : make(fields(value));
}

/** Text as it is, numbers and booleans as text, with a mark for what is not known. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return value instanceof Missing ? String(value) : undefined;
}

function flag(value: unknown): boolean {
  return value === true;
}

export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

export function texts(value: unknown): readonly string[] {
  return list(value).flatMap((item) => text(item) ?? []);
}

/** The properties that have text, under their names. */
function given<K extends string>(options: Options, names: readonly K[]): { readonly [N in K]?: string } {
  const found: { [N in K]?: string } = {};
  for (const name of names) {
    const value = text(options[name]);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

export function columnFrom(value: unknown): TableColumn {
  return held(value, 'column', (options) => ({
    name: text(options.name) ?? '',
    type: text(options.type) ?? '',
    length: text(options.length) ?? '',
    // TypeORM's own default is NOT NULL; where it is not known, nothing is claimed.
    isNullable: options.isNullable instanceof Missing || flag(options.isNullable),
    isGenerated: flag(options.isGenerated),
    isPrimary: flag(options.isPrimary),
    isUnique: flag(options.isUnique),
    isArray: flag(options.isArray),
    ...given(options, ['charset', 'collation', 'precision', 'scale', 'default', 'generationStrategy', 'generatedIdentity', 'comment']),
    ...given(options, ['enumName', 'primaryKeyConstraintName', 'asExpression', 'generatedType', 'spatialFeatureType', 'srid', 'onUpdate']),
    ...(flag(options.unsigned) || flag(options.zerofill) ? { unsigned: true } : {}),
    ...(options.enum === undefined ? {} : { enum: texts(options.enum) }),
  }));
}

export function indexFrom(value: unknown): TableIndex {
  return held(value, 'index', (options) => ({
    ...given(options, ['name']),
    columnNames: texts(options.columnNames),
    isUnique: flag(options.isUnique),
    isConcurrent: flag(options.isConcurrent),
    where: text(options.where) ?? '',
    ...(flag(options.isSpatial) ? { type: 'gist', kind: 'SPATIAL' as const } : given(options, ['type'])),
    ...(flag(options.isFulltext) ? { kind: 'FULLTEXT' as const } : {}),
    ...given(options, ['parser']),
  }));
}

export function foreignKeyFrom(value: unknown): TableForeignKey {
  return held(value, 'foreign key', (options) => ({
    ...given(options, ['name', 'referencedSchema', 'referencedDatabase', 'onDelete', 'onUpdate', 'deferrable']),
    columnNames: texts(options.columnNames),
    referencedTableName: text(options.referencedTableName) ?? '',
    referencedColumnNames: texts(options.referencedColumnNames),
  }));
}

export function uniqueFrom(value: unknown): TableUnique {
  return held(value, 'unique', (options) => ({ ...given(options, ['name', 'deferrable']), columnNames: texts(options.columnNames) }));
}

export function checkFrom(value: unknown): TableCheck {
  return held(value, 'check', (options) => ({
    ...given(options, ['name']),
    ...(options.columnNames === undefined ? {} : { columnNames: texts(options.columnNames) }),
    expression: text(options.expression) ?? '',
  }));
}

export function exclusionFrom(value: unknown): TableExclusion {
  return held(value, 'exclusion', (options) => ({
    ...given(options, ['name', 'deferrable']),
    expression: text(options.expression) ?? '',
  }));
}

export function viewFrom(value: unknown): View {
  return held(value, 'view', (options) => ({
    ...given(options, ['schema']),
    name: text(options.name) ?? '',
    expression: text(options.expression) ?? '',
    materialized: flag(options.materialized),
  }));
}

export function tableFrom(value: unknown): Table {
  return held(value, 'table', (options) => {
    const { schema } = given(options, ['schema']);
    const inSchema = (key: TableForeignKey): TableForeignKey =>
      schema === undefined || key.referencedSchema !== undefined ? key : { ...key, referencedSchema: schema };
    return {
      ...given(options, ['schema', 'comment', 'database', 'engine']),
      name: text(options.name) ?? '',
      columns: list(options.columns).map(columnFrom),
      indices: list(options.indices).map(indexFrom),
      foreignKeys: list(options.foreignKeys).map((key) => inSchema(foreignKeyFrom(key))),
      uniques: list(options.uniques).map(uniqueFrom),
      checks: list(options.checks).map(checkFrom),
      exclusions: list(options.exclusions).map(exclusionFrom),
    };
  });
}
