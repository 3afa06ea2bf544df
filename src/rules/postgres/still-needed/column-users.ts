import { type DefinedObject, type Policy, relationKey, type Table, type Trigger } from '../../../model/catalog';
import { relationName } from '../../../parse/postgres/operations/names';
import { all, as, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { findColumn, findTable, type SearchedCatalog } from '../../../schema/lookup';
import { refersTo, refersToRow, type WantedColumn } from '../column-references';

/** What holds a column as it is: while it is there, the server refuses to drop the column or to change its type. */
export type ColumnUser =
  | { readonly kind: 'object'; readonly object: DefinedObject; readonly words: string }
  | { readonly kind: 'policy'; readonly table: Table; readonly policy: Policy; readonly words: string }
  | { readonly kind: 'trigger'; readonly table: Table; readonly trigger: Trigger; readonly words: string };

/**
 * The views, rules, functions with an SQL-standard body, publications, policies and triggers that depend on a column (manual, "Dependency
 * Tracking"), as far as their texts tell for certain. Bodies in quotes are texts to the server, and hold nothing.
 */
export function columnUsers(catalog: SearchedCatalog, table: Table, column: string): readonly ColumnUser[] {
  return [...objectUsers(catalog, table, column), ...policyUsers(catalog, table, column), ...triggerUsers(table, column)];
}

function objectUsers(catalog: SearchedCatalog, table: Table, column: string): readonly ColumnUser[] {
  const key = relationKey(table);
  const born = Number(findColumn(table, column)?.identity);
  const concerned = catalog.definitions.filter(({ kind, dependsOn }) => kind === 'publication' || dependsOn.includes(key));
  return concerned.flatMap((object) => {
    // A column that came later is not what a view made before means by its name, unless it was replaced since.
    if (born > Number(object.identity) && isView(object) && !/^\s*create\s+or\s+replace\b/i.test(object.definition)) return [];
    // Nor is it in a `*` of before.
    const wanted = { table, column, withinStar: born < Number(object.identity) };
    if (!usesColumn(object, wanted, catalog)) return [];
    return [{ kind: 'object' as const, object, words: `the ${object.kind} ${object.name}` }];
  });
}

function isView({ kind }: DefinedObject): boolean {
  return kind === 'view' || kind === 'materialized view';
}

function usesColumn({ kind, definition }: DefinedObject, wanted: WantedColumn, catalog: SearchedCatalog): boolean {
  switch (kind) {
    case 'view':
    case 'materialized view': {
      const tree = statementTree(definition);
      return refersTo(as(tree, 'ViewStmt')?.query ?? as(tree, 'CreateTableAsStmt')?.query, wanted, catalog);
    }
    case 'function':
    case 'procedure': {
      const body = as(statementTree(definition), 'CreateFunctionStmt')?.sql_body;
      return body !== undefined && refersTo(body, wanted, catalog);
    }
    case 'rule': {
      const rule = as(statementTree(definition), 'RuleStmt');
      const isOwn = rule?.relation !== undefined && findTable(catalog, relationName(rule.relation))?.identity === wanted.table.identity;
      return isOwn && refersToRow([rule.whereClause, rule.actions], wanted.column);
    }
    case 'publication':
      return definition.includes(wanted.table.name) && isPublished(definition, wanted, catalog);
    default:
      return false;
  }
}

/** In the list of columns, or in the WHERE of the table's rows (15). */
function isPublished(definition: string, wanted: WantedColumn, catalog: SearchedCatalog): boolean {
  const publication = as(statementTree(definition), 'CreatePublicationStmt');
  return all(publication?.pubobjects, 'PublicationObjSpec').some(({ pubtable }) => {
    if (pubtable?.relation === undefined) return false;
    if (findTable(catalog, relationName(pubtable.relation))?.identity !== wanted.table.identity) return false;
    return strings(pubtable.columns).includes(wanted.column) || refersTo(pubtable.whereClause, wanted, catalog, wanted.table);
  });
}

function policyUsers(catalog: SearchedCatalog, target: Table, column: string): readonly ColumnUser[] {
  const born = Number(findColumn(target, column)?.identity);
  const guarded = catalog.tables.filter(({ policies }) => policies.length > 0);
  return guarded.flatMap((table) =>
    table.policies.flatMap((policy) => {
      if (!policy.definition.includes(column) || (table !== target && !policy.definition.includes(target.name))) return [];
      const tree = as(statementTree(policy.definition), 'CreatePolicyStmt');
      const wanted = { table: target, column, withinStar: born < Number(policy.identity) };
      if (!refersTo([tree?.qual, tree?.with_check], wanted, catalog, table)) return [];
      return [{ kind: 'policy' as const, table, policy, words: `the policy ${policy.name} of ${table.name}` }];
    }),
  );
}

function triggerUsers(table: Table, column: string): readonly ColumnUser[] {
  return table.triggers.flatMap((trigger) => {
    if (!trigger.definition.includes(column)) return [];
    const tree = as(statementTree(trigger.definition), 'CreateTrigStmt');
    if (!strings(tree?.columns).includes(column) && !refersToRow(tree?.whenClause, column)) return [];
    return [{ kind: 'trigger' as const, table, trigger, words: `the trigger ${trigger.name} of ${table.name}` }];
  });
}
