import type { DefinedObject } from '../../../model/catalog';
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../../parse/postgres/identifiers';
import { byName, index, present, type RelationParts, trigger } from './parts';
import type { CatalogRows, EventTriggerRow, FunctionRow, PublicationRow, RelationRow } from './rows';

/** What is dropped and created by its definition: views, functions, rules, extensions and the like. */
export function definedObjects(rows: CatalogRows, parts: RelationParts): DefinedObject[] {
  const needs = grouped(rows.dependencies, ({ key }) => key);
  const uses = grouped(rows.dependencies, ({ used }) => used);
  const dependsOn = (identity: string) => needs.get(identity) ?? [];
  const kept = new Set(rows.relations.map((row) => `${row.schema}.${row.name}`));
  return [
    ...rows.relations
      .filter((row) => 'vm'.includes(row.kind))
      .map((row) => ({ ...view(row, parts, dependsOn(row.identity)), columnsUsed: uses.get(row.identity) ?? [] })),
    ...rows.functions.map((row) => routine(row, dependsOn(row.identity))),
    ...rows.rules
      .filter((row) => kept.has(`${row.schema}.${row.table}`))
      .map((row) =>
        present<DefinedObject>({
          ...common(row),
          kind: 'rule',
          signature: `ON ${quoteQualified(row.schema, row.table)}`,
          definition: row.definition.replace(/;\s*$/, ''),
          dependsOn: [...new Set([`${row.schema}.${row.table}`, ...dependsOn(row.identity)])].sort(),
          columnsUsed: uses.get(row.identity) ?? [],
        }),
      ),
    ...rows.extensions.map((row) =>
      present<DefinedObject>({
        ...common(row),
        kind: 'extension',
        definition: `CREATE EXTENSION ${quoteIdentifier(row.name)} WITH SCHEMA ${quoteIdentifier(row.schema)} VERSION ${quoteLiteral(row.version)}`,
        dependsOn: [],
      }),
    ),
    ...rows.eventTriggers.map(eventTrigger),
    ...rows.publications.map(publication),
    ...rows.statistics.map((row) =>
      present<DefinedObject>({ ...common(row), kind: 'statistics', definition: row.definition, dependsOn: [] }),
    ),
    ...[...rows.otherObjects, ...rows.subscriptions].map(
      (row): DefinedObject => ({
        identity: row.identity,
        schema: '',
        name: `${row.type} ${row.name}`,
        kind: 'other',
        definition: row.detail,
        dependsOn: row.needs,
      }),
    ),
    ...[...rows.defaultPrivileges, ...rows.databaseObjects].map(
      (row): DefinedObject => ({ ...row, schema: '', kind: 'other', dependsOn: [] }),
    ),
  ];
}

/** Distinct values by dependent, sorted. */
function grouped(
  dependencies: CatalogRows['dependencies'],
  value: (row: CatalogRows['dependencies'][number]) => string | null,
): Map<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const row of dependencies) {
    const found = value(row);
    const group = groups.get(row.dependent) ?? new Set();
    if (found !== null) groups.set(row.dependent, group.add(found));
  }
  return new Map([...groups].map(([dependent, group]) => [dependent, [...group].sort()]));
}

function common(row: { identity: string; schema?: string; name: string; comment: string | null; owner?: string; grants?: string[] }) {
  return {
    identity: row.identity,
    schema: row.schema ?? '',
    name: row.name,
    comment: row.comment,
    owner: row.owner,
    grants: row.grants,
  };
}

function view(row: RelationRow, parts: RelationParts, dependsOn: string[]): DefinedObject {
  const materialized = row.kind === 'm';
  const query = (row.view_definition ?? '').replace(/;\s*$/, '');
  const options = row.options.length > 0 ? ` WITH (${row.options.map(optionText).join(', ')})` : '';
  return present<DefinedObject>({
    ...common(row),
    kind: materialized ? 'materialized view' : 'view',
    definition: `CREATE ${materialized ? 'MATERIALIZED ' : ''}VIEW ${quoteQualified(row.schema, row.name)}${options} AS\n${query}`,
    columns: (parts.columns.get(row.identity) ?? []).map((column) => `${quoteIdentifier(column.name)} ${column.type}`),
    options: row.options.length > 0 ? row.options : null,
    dependsOn,
    indexes: materialized ? (parts.indexes.get(row.identity) ?? []).map(index).sort(byName) : null,
    triggers: materialized ? null : (parts.triggers.get(row.identity) ?? []).map(trigger).sort(byName),
    populated: materialized ? row.populated : null,
  });
}

/** `security_barrier=true` as it stands in a WITH list: values are quoted, the server takes them as text. */
function optionText(option: string): string {
  const [name = '', ...value] = option.split('=');
  return `${name} = ${quoteLiteral(value.join('='))}`;
}

const routineKinds: Record<string, DefinedObject['kind']> = { f: 'function', w: 'function', p: 'procedure', a: 'aggregate' };

function routine(row: FunctionRow, dependsOn: string[]): DefinedObject {
  const kind = routineKinds[row.kind] ?? 'function';
  const aggregateOfAnything = kind === 'aggregate' && row.arguments === '';
  return present<DefinedObject>({
    ...common(row),
    kind,
    signature: aggregateOfAnything ? '(*)' : `(${row.arguments})`,
    definition: row.definition.trimEnd(),
    columns: row.result === null ? null : [row.result],
    dependsOn,
  });
}

function eventTrigger(row: EventTriggerRow): DefinedObject {
  const tags = row.tags === null ? '' : ` WHEN TAG IN (${row.tags.map(quoteLiteral).join(', ')})`;
  const name = quoteIdentifier(row.name);
  const enabling: Record<string, string> = { D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' };
  const state = enabling[row.enabled];
  return present<DefinedObject>({
    ...common(row),
    kind: 'event trigger',
    definition: `CREATE EVENT TRIGGER ${name} ON ${row.event}${tags} EXECUTE FUNCTION ${row.function}()${
      state === undefined ? '' : `; ALTER EVENT TRIGGER ${name} ${state}`
    }`,
    dependsOn: [],
  });
}

function publication(row: PublicationRow): DefinedObject {
  const targets = [
    ...(row.tables.length > 0 ? [`TABLE ${row.tables.join(', ')}`] : []),
    ...(row.schemas.length > 0 ? [`TABLES IN SCHEMA ${row.schemas.join(', ')}`] : []),
  ].join(', ');
  const list = row.all_tables ? ' FOR ALL TABLES' : targets === '' ? '' : ` FOR ${targets}`;
  const root = row.via_root ? ', publish_via_partition_root = true' : '';
  return present<DefinedObject>({
    identity: row.identity,
    schema: '',
    name: row.name,
    kind: 'publication',
    definition: `CREATE PUBLICATION ${quoteIdentifier(row.name)}${list} WITH (publish = '${row.operations.join(', ')}'${root})`,
    dependsOn: [],
  });
}
