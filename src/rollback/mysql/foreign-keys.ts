import { type Catalog, type Constraint, relationKey, type Table } from '../../model/catalog';
import { quoteIdentifier } from '../../parse/mysql/identifiers';
import { match } from '../../state/match';
import { renamedIn } from './names';

/** A foreign key with its table. */
export interface ForeignKey {
  readonly table: Table;
  readonly constraint: Constraint;
}

export function foreignKeysOf(table: Table): ForeignKey[] {
  return table.constraints.filter(({ kind }) => kind === 'foreign key').map((constraint) => ({ table, constraint }));
}

export function addForeignKey({ name, definition }: Constraint): string {
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${definition}`;
}

export function dropForeignKey({ name }: Constraint): string {
  return `DROP FOREIGN KEY ${quoteIdentifier(name)}`;
}

/**
 * The catalog as it is after its tables have taken the names of the target: foreign keys follow a rename on both sides, and what the server
 * had named after its table is named after the new one (`orders_ibfk_1`; MySQL also `orders_chk_1`).
 */
export function withTargetNames(from: Catalog, to: Catalog): Catalog {
  const { pairs } = match(from.tables, to.tables, relationKey);
  const renamed = pairs.filter(([a, b]) => relationKey(a) !== relationKey(b));
  if (renamed.length === 0) return from;
  const newNames = new Map(renamed.map(([a, b]) => [relationKey(a), b]));
  return {
    ...from,
    tables: from.tables.map((table) => {
      const target = newNames.get(relationKey(table));
      const named = target === undefined ? table : { ...table, schema: target.schema, name: target.name };
      return { ...named, constraints: table.constraints.map((constraint) => followed(constraint, table, named, newNames)) };
    }),
  };
}

function followed(constraint: Constraint, old: Table, table: Table, newNames: ReadonlyMap<string, Table>): Constraint {
  const automatic = new RegExp(`^${old.name.replaceAll(/[$.*+?()[\]{}|^\\]/g, '\\$&')}(_(?:ibfk|chk)_\\d+)$`).exec(constraint.name)?.[1];
  const name = automatic === undefined || old.name === table.name ? constraint.name : `${table.name}${automatic}`;
  const parent = newNames.get(constraint.references ?? '');
  if (parent === undefined) return name === constraint.name ? constraint : { ...constraint, name };
  const [head = '', tail = ''] = constraint.definition.split(/(?<= REFERENCES )/);
  const [, oldName = ''] = /^((?:`(?:[^`]|``)*`\.)?`(?:[^`]|``)*`)/.exec(tail) ?? [];
  const reference =
    parent.schema === '' ? quoteIdentifier(parent.name) : `${quoteIdentifier(parent.schema)}.${quoteIdentifier(parent.name)}`;
  return { ...constraint, name, references: relationKey(parent), definition: `${head}${reference}${tail.slice(oldName.length)}` };
}

/** A definition as it reads once columns of both tables have their new names. */
export function followedDefinition(
  constraint: Constraint,
  own: ReadonlyMap<string, string>,
  parents: ReadonlyMap<string, string> | undefined,
): string {
  const [head = '', tail = ''] = constraint.definition.split(/(?<= REFERENCES )/);
  const [, name = ''] = /^((?:`(?:[^`]|``)*`\.)?`(?:[^`]|``)*`)/.exec(tail) ?? [];
  return `${renamedIn(head, own)}${name}${renamedIn(tail.slice(name.length), parents ?? new Map())}`;
}
