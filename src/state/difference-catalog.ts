import type { Catalog, Column, Constraint, DefinedObject, Index, Sequence, Table, Trigger, TypeObject } from '../model/catalog';
import { relationKey } from '../model/catalog';
import type { StateDifference } from '../model/simulation';
import { canonical } from './canonical';
import { hasDocuments } from './fields';
import { match } from './match';

/** How one kind of object is told to people. */
interface Description<T> {
  readonly kind: (object: T) => string;
  readonly name: (object: T) => string;
  readonly added: (object: T) => string;
  readonly changed: (from: T, to: T) => string[];
}

function compare<T extends { readonly identity: string }>(
  from: readonly T[],
  to: readonly T[],
  description: Description<T>,
  byIdentity = true,
): StateDifference[] {
  const { pairs, removed, added } = match(from, to, description.name, byIdentity);
  const tell = (object: T, change: StateDifference['change'], detail: string): StateDifference => ({
    kind: description.kind(object),
    name: description.name(object),
    change,
    detail,
  });
  return [
    ...removed.map((object) => tell(object, 'removed', description.added(object))),
    ...added.map((object) => tell(object, 'added', description.added(object))),
    ...pairs.flatMap(([before, after]) => {
      const renamed = description.name(before) === description.name(after) ? [] : [`was ${description.name(before)}`];
      const details = [...renamed, ...description.changed(before, after)];
      return details.length === 0 ? [] : [tell(after, 'changed', details.join('; '))];
    }),
  ];
}

/** `type: integer, was bigint` for each of the members that differ. */
function members<T>(from: T, to: T, names: readonly (readonly [keyof T & string, string])[]): string[] {
  return names
    .filter(([member]) => canonical(from[member]) !== canonical(to[member]))
    .map(([member, label]) => `${label}: ${say(to[member])}, was ${say(from[member])}`);
}

function say(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(say).join(', ');
  if (typeof value === 'object') return Object.values(value).map(say).join(' ');
  return String(value);
}

export function catalogDifferences(from: Catalog, to: Catalog): StateDifference[] {
  return [
    ...compare(from.schemas, to.schemas, {
      kind: (schema) => (schema.name === '' ? 'database' : 'schema'),
      name: (schema) => schema.name,
      added: () => '',
      changed: (a, b) =>
        members(a, b, [
          ['options', 'defaults of new tables'],
          ['owner', 'owner'],
          ['comment', 'comment'],
          ['grants', 'grants'],
        ]),
    }),
    ...compare(from.types, to.types, typeDescription),
    ...compare(from.sequences, to.sequences, sequenceDescription),
    ...compare(from.tables, to.tables, tableDescription),
    ...tableParts(from, to),
    ...compare(from.definitions, to.definitions, definitionDescription),
    ...compare(viewIndexes(from), viewIndexes(to), indexDescription('')),
  ];
}

/** Parts of tables that are in both catalogs; those of a new or dropped table are told with the table. */
function tableParts(from: Catalog, to: Catalog): StateDifference[] {
  return match(from.tables, to.tables, relationKey).pairs.flatMap(([before, after]) => {
    const owner = relationKey(after);
    const same = before.identity === after.identity;
    return [
      ...compare(before.columns, after.columns, columnDescription(owner), same),
      ...compare(
        before.constraints.filter((constraint) => worthTelling(constraint, after)),
        after.constraints.filter((constraint) => worthTelling(constraint, before)),
        constraintDescription(owner),
        same,
      ),
      ...compare(before.indexes.filter(standsAlone), after.indexes.filter(standsAlone), indexDescription(owner), same),
      ...compare(before.triggers, after.triggers, triggerDescription(owner), same),
      ...compare(before.policies, after.policies, policyDescription(owner), same),
    ];
  });
}

/** A validated NOT NULL is told with its column, unless only its name is another one. */
function worthTelling(constraint: Constraint, other: Table): boolean {
  if (constraint.kind !== 'not null' || !constraint.validated) return true;
  const same = other.constraints.find((candidate) => candidate.kind === 'not null' && candidate.definition === constraint.definition);
  return same !== undefined && same.name !== constraint.name;
}

function standsAlone(index: Index): boolean {
  return index.constraint === undefined || !index.valid;
}

function viewIndexes(catalog: Catalog): Index[] {
  return catalog.definitions.flatMap((definition) => [...(definition.indexes ?? [])]);
}

const typeDescription: Description<TypeObject> = {
  kind: (type) => type.kind,
  name: relationKey,
  added: (type) => say(type.labels ?? type.attributes ?? type.domain?.baseType),
  changed: (a, b) => [
    ...members(a, b, [
      ['labels', 'labels'],
      ['attributes', 'attributes'],
    ]),
    ...(a.domain === undefined || b.domain === undefined ? [] : domainChanges(a.domain, b.domain)),
    ...members(a, b, [
      ['owner', 'owner'],
      ['comment', 'comment'],
      ['grants', 'grants'],
    ]),
  ],
};

/** Of its checks only those that came and went. */
function domainChanges(a: NonNullable<TypeObject['domain']>, b: NonNullable<TypeObject['domain']>): string[] {
  return [
    ...members(a, b, [
      ['baseType', 'type'],
      ['notNull', 'not null'],
      ['default', 'default'],
    ]),
    ...b.checks.filter((check) => !a.checks.includes(check)).map((check) => `with ${check}`),
    ...a.checks.filter((check) => !b.checks.includes(check)).map((check) => `without ${check}`),
  ];
}

const sequenceDescription: Description<Sequence> = {
  kind: () => 'sequence',
  name: relationKey,
  added: (sequence) => (sequence.ownedBy ? `of ${sequence.ownedBy.table}.${sequence.ownedBy.column}` : ''),
  changed: (a, b) => [
    ...members({ owner: ownerColumn(a) }, { owner: ownerColumn(b) }, [['owner', 'owned by']]),
    ...members(a, b, [
      ['dataType', 'type'],
      ['start', 'start'],
      ['increment', 'increment'],
      ['minimum', 'minimum'],
      ['maximum', 'maximum'],
      ['cache', 'cache'],
      ['cycle', 'cycle'],
      ['persistence', 'persistence'],
      ['owner', 'owner'],
      ['comment', 'comment'],
      ['grants', 'grants'],
    ]),
  ],
};

function ownerColumn({ ownedBy }: Sequence): string | undefined {
  return ownedBy && `${ownedBy.table}.${ownedBy.column}${ownedBy.internal ? ' as its identity' : ''}`;
}

function clusteredOn(table: Table): string | undefined {
  return table.indexes.find((index) => index.clustered)?.name;
}

/** Where the order of columns means something: whether those that both have stand in another order. */
function movedColumns(from: Table, to: Table): string[] {
  if (from.columnOrder === undefined || to.columnOrder === undefined) return [];
  const names = (table: Table, other: Table) =>
    table.columns.map(({ name }) => name).filter((name) => other.columns.some((column) => column.name === name));
  const [before, after] = [names(from, to).join(', '), names(to, from).join(', ')];
  return before === after ? [] : [`order of columns: ${after}, was ${before}`];
}

const tableDescription: Description<Table> = {
  kind: (table) => table.kind,
  name: relationKey,
  added: (table) =>
    table.schema === '' && hasDocuments(table)
      ? (table.options ?? ['no options']).join(', ')
      : `${table.columns.length} ${table.columns.length === 1 ? 'column' : 'columns'}${table.partitionOf ? `, partition of ${table.partitionOf.parent} ${table.partitionOf.bound}` : ''}`,
  changed: (a, b) => [
    ...(a.partitionOf?.detachPending !== b.partitionOf?.detachPending && b.partitionOf?.detachPending
      ? [`being detached from ${b.partitionOf.parent}: the detach was begun and never finished`]
      : members(a, b, [['partitionOf', 'partition of']])),
    ...movedColumns(a, b),
    ...members({ clustered: clusteredOn(a) }, { clustered: clusteredOn(b) }, [['clustered', 'clustered on']]),
    ...members(a, b, [
      ['kind', 'kind'],
      ['persistence', 'persistence'],
      ['rowSecurity', 'row security'],
      ['partitionKey', 'partition key'],
      ['inherits', 'inherits'],
      ['options', 'options'],
      ['replicaIdentity', 'replica identity'],
      ['accessMethod', 'access method'],
      ['tablespace', 'tablespace'],
      ['foreignKeyTriggersDisabled', 'foreign key checks disabled'],
      ['owner', 'owner'],
      ['comment', 'comment'],
      ['grants', 'grants'],
    ]),
  ],
};

const columnDescription = (table: string): Description<Column> => ({
  kind: () => 'column',
  name: (column) => `${table}.${column.name}`,
  added: (column) =>
    [column.type, ...(column.notNull ? ['not null'] : []), ...(column.default === undefined ? [] : [`default ${column.default}`])].join(
      ', ',
    ),
  changed: (a, b) =>
    members(a, b, [
      ['type', 'type'],
      ['notNull', 'not null'],
      ['default', 'default'],
      ['identityKind', 'identity'],
      ['onUpdate', 'on update'],
      ['invisible', 'invisible'],
      ['check', 'check'],
      ['generated', 'generated'],
      ['collation', 'collation'],
      ['onUpdate', 'on update'],
      ['invisible', 'invisible'],
      ['storage', 'storage'],
      ['compression', 'compression'],
      ['statisticsTarget', 'statistics target'],
      ['comment', 'comment'],
      ['grants', 'grants'],
    ]),
});

const constraintDescription = (table: string): Description<Constraint> => ({
  kind: (constraint) => `${constraint.kind} constraint`,
  name: (constraint) => `${constraint.name} on ${table}`,
  added: (constraint) =>
    `${constraint.definition}${constraint.validated ? '' : ', not validated'}${constraint.enforced ? '' : ', not enforced'}`,
  changed: (a, b) => [
    ...(a.validated === b.validated ? [] : [b.validated ? 'validated now' : 'not validated: existing rows were never checked']),
    ...members(a, b, [
      ['definition', 'definition'],
      ['enforced', 'enforced'],
      ['comment', 'comment'],
    ]),
  ],
});

const indexDescription = (table: string): Description<Index> => ({
  kind: () => 'index',
  name: (index) => (table === '' ? index.name : `${index.name} on ${table}`),
  added: (index) => `${index.valid ? '' : 'invalid: no query uses it; '}${index.definition}`,
  changed: (a, b) => [
    ...(a.valid === b.valid ? [] : [b.valid ? 'valid now' : 'invalid: no query uses it, though writes may have to maintain it']),
    ...members(a, b, [
      ['definition', 'definition'],
      ['ready', 'ready'],
      ['live', 'live'],
      ['clustered', 'clustered'],
      ['replicaIdentity', 'replica identity'],
      ['inherited', 'attached to the parent index'],
      ['comment', 'comment'],
    ]),
  ],
});

const enabling: Record<string, string> = { O: 'enabled', D: 'disabled', R: 'enabled on replicas only', A: 'enabled always' };

const triggerDescription = (table: string): Description<Trigger> => ({
  kind: () => 'trigger',
  name: (trigger) => `${trigger.name} on ${table}`,
  added: (trigger) => (trigger.enabled === 'O' ? '' : (enabling[trigger.enabled] ?? trigger.enabled)),
  changed: (a, b) => [
    ...(a.enabled === b.enabled ? [] : [`${enabling[b.enabled] ?? b.enabled}, was ${enabling[a.enabled] ?? a.enabled}`]),
    ...members(a, b, [
      ['definition', 'definition'],
      ['comment', 'comment'],
    ]),
  ],
});

const policyDescription = (table: string): Description<Table['policies'][number]> => ({
  kind: () => 'policy',
  name: (policy) => `${policy.name} on ${table}`,
  added: (policy) => policy.definition,
  changed: (a, b) =>
    members(a, b, [
      ['definition', 'definition'],
      ['comment', 'comment'],
    ]),
});

/** An event trigger's definition ends in how it is switched, where that is not the usual way. */
function definitionChange(a: DefinedObject, b: DefinedObject): string {
  const [before = '', after = ''] = [a.definition, b.definition];
  const switched = / (ENABLE REPLICA|ENABLE ALWAYS|DISABLE)$/;
  const bare = (text: string) => text.split('; ALTER EVENT TRIGGER ')[0];
  if (a.kind !== 'event trigger' || bare(before) !== bare(after)) return 'its definition differs';
  const words: Record<string, string> = {
    DISABLE: 'disabled',
    'ENABLE REPLICA': 'enabled on replicas only',
    'ENABLE ALWAYS': 'enabled always',
  };
  const state = (text: string) => words[switched.exec(text)?.[1] ?? ''] ?? 'enabled';
  return `${state(after)}, was ${state(before)}`;
}

const definitionDescription: Description<DefinedObject> = {
  kind: (object) => object.kind,
  name: (object) =>
    `${object.schema === '' ? '' : `${object.schema}.`}${object.name}${object.kind === 'rule' ? ' ' : ''}${object.signature ?? ''}`,
  added: () => '',
  changed: (a, b) => [
    ...(a.definition === b.definition ? [] : [definitionChange(a, b)]),
    ...(canonical(a.triggers) === canonical(b.triggers) ? [] : ['its triggers differ']),
    ...members(a, b, [
      ['populated', 'filled'],
      ['owner', 'owner'],
      ['comment', 'comment'],
      ['grants', 'grants'],
    ]),
  ],
};
