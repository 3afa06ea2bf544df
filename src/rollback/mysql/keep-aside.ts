import type { Catalog } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import { columnLine } from '../../schema/mysql/show-create';
import { keptPrefix } from '../kept-prefix';
import { isNamed } from '../rows';

interface Aside {
  /** Without semicolons. */
  readonly texts: readonly string[];
  readonly kept: readonly string[];
}

/** The longest name (manual, Identifier Length Limits). */
const longestName = 64;

/** The same for MySQL and MariaDB: a table or column is renamed instead of dropped. A column that is kept may be NULL: nobody fills it any more. */
export function mysqlAside(operation: Operation, before: Catalog, taken: Set<string>, engine: Engine): Aside | undefined {
  if (operation.kind === 'drop column') return renamedColumn(operation, before, engine);
  if (operation.kind !== 'drop object' || operation.objectKind !== 'table' || operation.ifExists || operation.temporary) return undefined;
  const names = operation.objects.map((object) => ({ object, name: freeName(object.name, taken) }));
  const parts = names.map(({ object, name }) => `${quoteQualified(object.schema, object.name)} TO ${quoteQualified(object.schema, name)}`);
  return { texts: [`RENAME TABLE ${parts.join(', ')}`], kept: names.map(({ object, name }) => `table ${object.name}, as ${name}`) };
}

function freeName(name: string, taken: Set<string>): string {
  const wanted = `${keptPrefix}_${name}`.slice(0, longestName);
  let free = wanted;
  for (let number = 2; taken.has(free); number++) free = `${wanted.slice(0, longestName - 3)}_${number}`;
  taken.add(free);
  return free;
}

function renamedColumn(operation: Extract<Operation, { kind: 'drop column' }>, before: Catalog, engine: Engine): Aside | undefined {
  const table = before.tables.find((candidate) => isNamed(operation.table, candidate));
  const column = table?.columns.find(({ name }) => name.toLowerCase() === operation.column.toLowerCase());
  if (table === undefined || column === undefined || column.generated !== undefined || operation.ifExists) return undefined;
  const isKey = table.constraints.some(({ kind, columns }) => kind === 'primary key' && columns.includes(column.name));
  if (isKey || column.identityKind !== undefined) return undefined;
  const name = freeName(column.name, new Set(table.columns.map((other) => other.name)));
  const line = columnLine({ ...column, name, notNull: column.notNull && column.default !== undefined }, engine);
  const text = `ALTER TABLE ${quoteQualified(operation.table.schema, operation.table.name)} CHANGE COLUMN ${quoteIdentifier(column.name)} ${line}`;
  return { texts: [text], kept: [`column ${table.name}.${column.name}, as ${name}`] };
}
