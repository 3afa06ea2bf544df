import { relationKey, type Table } from '../../model/catalog';
import type { ObjectName } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/mysql/identifiers';
import type { Workspace } from '../workspace';
import { renamedColumn } from './columns';
import { followingName } from './names';
import { sameName } from './parts';

/** RENAME TABLE: the foreign keys of others follow, as do the names that the server had made of the table's own. */
export function renameTable(workspace: Workspace, from: ObjectName, to: ObjectName): void {
  const table = workspace.findTable(from);
  const taken = workspace.findTable(to);
  if (table === undefined || (taken !== undefined && taken !== table)) return;
  const schema = to.schema ?? table.schema;
  const renamed: Table = {
    ...table,
    schema,
    name: to.name,
    constraints: table.constraints.map((constraint) => ({ ...constraint, name: followingName(constraint.name, table.name, to.name) })),
    triggers: table.triggers.map((trigger) => ({
      ...trigger,
      definition: trigger.definition.replace(` ON ${quoteIdentifier(table.name)} `, ` ON ${quoteIdentifier(to.name)} `),
    })),
  };
  workspace.tables.delete(table);
  workspace.tables.set(renamed);
  const old = relationKey(table);
  for (const other of workspace.tables.values()) {
    if (!other.constraints.some(({ references }) => references === old)) continue;
    const constraints = other.constraints.map((constraint) => {
      if (constraint.references !== old) return constraint;
      const words = (object: { schema: string; name: string }) => ` REFERENCES ${quoteQualified(object.schema, object.name)} (`;
      return { ...constraint, references: relationKey(renamed), definition: constraint.definition.replace(words(table), words(renamed)) };
    });
    workspace.tables.set({ ...other, constraints });
  }
}

/** A column by another name, in its own table and where the foreign keys of others point to it. */
export function renameColumn(workspace: Workspace, table: Table, from: string, to: string): void {
  const column = table.columns.find((candidate) => sameName(candidate.name, from));
  if (column === undefined) return;
  const columns = table.columns.map((other) => (other === column ? { ...other, name: to } : other));
  workspace.tables.set(renamedColumn({ ...table, columns }, column.name, to));
  followColumn(workspace, table, column.name, to);
}

/** Foreign keys of any table that point to a column which has another name now. */
export function followColumn(workspace: Workspace, parent: Table, from: string, to: string): void {
  if (from === to) return;
  const key = relationKey(parent);
  for (const table of workspace.tables.values()) {
    if (!table.constraints.some(({ references }) => references === key)) continue;
    const constraints = table.constraints.map((constraint) => {
      if (constraint.references !== key) return constraint;
      const [own = '', rest = ''] = constraint.definition.split(/(?= REFERENCES )/);
      const place = rest.indexOf('(');
      return {
        ...constraint,
        definition: `${own}${rest.slice(0, place)}${rest.slice(place).replaceAll(quoteIdentifier(from), quoteIdentifier(to))}`,
      };
    });
    workspace.tables.set({ ...table, constraints });
  }
}
