import type { Catalog, Table as CatalogTable, Column, Constraint } from '../../../model/catalog';
import { findNamed, findTable } from '../../../schema/lookup';
import { primaryKeyName } from './names';
import { enumName, pathOf } from './paths';
import { namedTable, type Table, type TableColumn } from './tables';

/** The table of that name; one that no migration shows has nothing but its name. */
export function loadTable(name: string, catalog: Catalog): Table {
  const found = findTable(catalog, pathOf({ name }));
  return found === undefined || found.complete === false ? namedTable(name) : tableOf(found, catalog);
}

/**
 * A table as TypeORM reads it from the catalogs (`PostgresQueryRunner.js`, `loadTables`): types by the server's own names, so that
 * `varchar` in a migration differs from what is there.
 */
function tableOf(table: CatalogTable, catalog: Catalog): Table {
  const { schema, name } = table;
  const loaded: Table = {
    schema,
    name,
    columns: [],
    indices: table.indexes
      .filter(
        ({ constraint, keys }) => constraint === undefined && keys.every((key) => table.columns.some((column) => column.name === key)),
      )
      .map((index) => ({
        name: index.name,
        columnNames: index.keys,
        isUnique: index.unique,
        isConcurrent: false,
        where: /\sWHERE\s+([\s\S]*)$/i.exec(index.definition)?.[1] ?? '',
      })),
    foreignKeys: ofKind(table, 'foreign key').map((key) => ({
      name: key.name,
      columnNames: key.columns,
      referencedTableName: key.references ?? '',
      referencedColumnNames: referencedColumns(key.definition),
    })),
    uniques: ofKind(table, 'unique').map((unique) => ({ name: unique.name, columnNames: unique.columns })),
    checks: ofKind(table, 'check').map((check) => ({
      name: check.name,
      columnNames: check.columns,
      expression: check.definition.replace(/^\s*CHECK\s*\(([\s\S]*)\)\s*$/i, '$1'),
    })),
    exclusions: ofKind(table, 'exclude').map(({ name: own, definition }) => ({
      name: own,
      expression: definition.slice('EXCLUDE '.length),
    })),
    ...(table.comment === undefined ? {} : { comment: table.comment }),
  };
  return { ...loaded, columns: table.columns.map((column) => columnOf(loaded, table, column, catalog)) };
}

function ofKind(table: CatalogTable, kind: Constraint['kind']): readonly Constraint[] {
  return table.constraints.filter((constraint) => constraint.kind === kind);
}

function referencedColumns(definition: string): readonly string[] {
  const list = /REFERENCES\s[^(]*\(([^)]*)\)/i.exec(definition)?.[1] ?? '';
  return list
    .split(',')
    .map((name) => name.trim().replaceAll('"', ''))
    .filter((name) => name !== '');
}

/** `numeric(10,2)[]` in its parts, and `timestamp(3) with time zone`. */
const typeParts = /^(?<start>[^([]+?)(?:\((?<sizes>[^)]*)\))?(?<end>\swith(?:out)? time zone)?(?<array>(?:\[\])*)$/;

const withLength = ['character varying', 'character', 'bit', 'bit varying', 'vector', 'halfvec'];
const withOneByDefault = ['character', 'bit'];

function columnOf(loaded: Table, table: CatalogTable, column: Column, catalog: Catalog): TableColumn {
  const parts = typeParts.exec(column.type)?.groups ?? {};
  const scalar = `${parts.start ?? column.type}${parts.end ?? ''}`;
  const [size, scale] = (parts.sizes ?? '').split(',').map((part) => part.trim());
  const isArray = (parts.array ?? '') !== '';
  const primary = ofKind(table, 'primary key')[0];
  const isPrimary = primary?.columns.includes(column.name) === true;
  const ownName = isPrimary && primary.name !== primaryKeyName(table.name, primary.columns) ? primary.name : undefined;
  const hasLength = withLength.includes(scalar);
  const named: TableColumn = {
    name: column.name,
    type: scalar,
    length: hasLength && size !== undefined && !(withOneByDefault.includes(scalar) && size === '1') ? size : '',
    isNullable: !column.notNull,
    isPrimary,
    isGenerated: false,
    isUnique: ofKind(table, 'unique').some(({ columns }) => columns.length === 1 && columns[0] === column.name),
    isArray,
    ...(ownName === undefined ? {} : { primaryKeyConstraintName: ownName }),
    ...(column.comment === undefined ? {} : { comment: column.comment }),
    ...(column.collation === undefined ? {} : { collation: column.collation }),
    ...(column.generated === undefined ? {} : { generatedType: 'STORED', asExpression: column.generated.expression }),
    ...(hasLength || size === undefined || size === '' ? {} : { precision: size }),
    ...(scale === undefined ? {} : { scale }),
    ...generation(table, column, scalar),
  };
  return { ...named, ...enumParts(loaded, named, catalog) };
}

/** What the default says: a sequence of its own, an identifier, or an expression without its casts. */
function generation(table: CatalogTable, column: Column, type: string): Partial<TableColumn> {
  if (column.identityKind !== undefined) {
    return { isGenerated: true, generationStrategy: 'identity', generatedIdentity: column.identityKind.toUpperCase() };
  }
  const text = column.default;
  if (text === undefined) return {};
  const sequence = /^nextval\('(.*)'(?:::regclass)?\)$/.exec(text)?.[1]?.replaceAll('"', '');
  const own = `${table.name}_${column.name}_seq`;
  if (sequence === own || sequence === `${table.schema}.${own}`) return { isGenerated: true, generationStrategy: 'increment' };
  if (type === 'uuid' && (text === 'gen_random_uuid()' || /^uuid_generate_v\d\(\)/.test(text))) {
    return { isGenerated: true, generationStrategy: 'uuid' };
  }
  if (text === 'now()') return { default: text };
  return { default: text.replaceAll(/::[\w\s.[\]\-"]+/g, '').replace(/^(-?\d+)$/, "'$1'") };
}

function enumParts(loaded: Table, column: TableColumn, catalog: Catalog): Partial<TableColumn> {
  const name = (column.type ?? '').replaceAll('"', '');
  const type = findNamed(catalog.types, name.includes('.') ? pathOf({ name }) : { schema: pathOf(loaded).schema, name });
  if (type?.kind !== 'enum') return {};
  const own = type.name === enumName(loaded, column) ? {} : { enumName: type.name };
  return { type: 'enum', enum: type.labels ?? [], ...own };
}
