import type { Catalog, Column, Constraint, DefinedObject, Index, Table } from '../model/catalog';
import { parentKeys, relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { columnPattern, namePattern, spoken, sqlName } from './names';

/** What the renames do, and the source catalog as it is after them. */
export interface Renamed {
  readonly changes: readonly Change[];
  readonly catalog: Catalog;
}

interface Move {
  readonly word: string;
  readonly from: { readonly schema: string; readonly name: string };
  readonly to: { readonly schema: string; readonly name: string };
}

/**
 * Renames and schema moves of objects that are in both catalogs under other names. The texts of `from` are written again with the new
 * names, so that a view or an index that only names a renamed table does not look changed.
 */
export function renameObjects(from: Catalog, to: Catalog, options: ChangeOptions): Renamed {
  const schemas = renameSchemas(from, to, options);
  const moved = moveObjects(schemas.catalog, to, options);
  const columns = renameColumns(moved.catalog, to, options);
  const parts = renameParts(columns.catalog, to, options);
  return { changes: [...schemas.changes, ...moved.changes, ...columns.changes, ...parts.changes], catalog: parts.catalog };
}

function because(options: ChangeOptions, old: string): string {
  return `It was called ${old} ${options.goal}; its rows and all that depends on it stay as they are.`;
}

function renameSchemas(from: Catalog, to: Catalog, options: ChangeOptions): Renamed {
  const pairs = match(from.schemas, to.schemas, (schema) => schema.name).pairs.filter(([a, b]) => a.name !== b.name);
  let catalog = from;
  const changes = pairs.map(([a, b]) => {
    catalog = rewrite(catalog, namePatternOfSchema(a.name), `${quoteIdentifier(b.name)}.`, (schema) =>
      schema === a.name ? b.name : schema,
    );
    catalog = { ...catalog, definitions: catalog.definitions.map((object) => inRenamedSchema(object, a.name, b.name)) };
    return change(
      'rename schema',
      `Rename schema ${a.name} to ${b.name}`,
      because(options, b.name),
      `ALTER SCHEMA ${quoteIdentifier(a.name)} RENAME TO ${quoteIdentifier(b.name)}`,
    );
  });
  return { changes, catalog };
}

function namePatternOfSchema(name: string): RegExp {
  return new RegExp(`${namePattern(quoteIdentifier(name)).source}\\.`, 'g');
}

function moveObjects(from: Catalog, to: Catalog, options: ChangeOptions): Renamed {
  const moves: Move[] = [
    ...movesOf(from.types, to.types, (type) => (type.kind === 'domain' ? 'DOMAIN' : 'TYPE')),
    ...movesOf(from.tables, to.tables, (table) => (table.kind === 'foreign table' ? 'FOREIGN TABLE' : 'TABLE')),
    ...movesOf(from.sequences, to.sequences, () => 'SEQUENCE'),
    ...movesOf(
      from.definitions.filter((object) => renamable.has(object.kind)),
      to.definitions.filter((object) => renamable.has(object.kind)),
      (object) => object.kind.toUpperCase(),
    ),
  ];
  const changes: Change[] = [];
  let catalog = from;
  // A sequence that a column owns moves to another schema with the table (manual, ALTER TABLE, SET SCHEMA).
  const owned = new Set(from.sequences.filter((sequence) => sequence.ownedBy !== undefined).map((sequence) => sequence.identity));
  const occupied = new Set(moves.map((move) => relationKey(move.from)));
  const later: Move[] = [];
  for (const planned of moves) {
    const follows = 'identity' in planned.from && planned.word === 'SEQUENCE' && owned.has(String(planned.from.identity));
    const move = follows ? { ...planned, from: { ...planned.from, schema: planned.to.schema } } : planned;
    occupied.delete(relationKey(planned.from));
    // Two objects that change names with one another need a third name for a moment.
    if (!occupied.has(relationKey(move.to))) {
      changes.push(...moveChanges(move, options));
    } else {
      const aside = { schema: move.from.schema, name: `${move.from.name.slice(0, 50)}_moving` };
      changes.push(...moveChanges({ ...move, to: aside }, options));
      later.push({ ...move, from: aside });
    }
  }
  changes.push(...later.flatMap((move) => moveChanges(move, options)));
  for (const move of moves) catalog = rewriteObject(catalog, move);
  return { changes, catalog };
}

const renamable = new Set(['view', 'materialized view', 'function', 'procedure', 'publication', 'statistics']);

function movesOf<T extends { readonly identity: string; readonly schema: string; readonly name: string; readonly signature?: string }>(
  from: readonly T[],
  to: readonly T[],
  word: (object: T) => string,
): Move[] {
  return match(from, to, (object) => relationKey(object) + (object.signature ?? ''))
    .pairs.filter(([a, b]) => relationKey(a) !== relationKey(b))
    .map(([a, b]) => ({ word: word(a), from: a, to: b }));
}

function moveChanges(move: Move, options: ChangeOptions): Change[] {
  const changes: Change[] = [];
  const signature = 'signature' in move.from ? String(move.from.signature ?? '') : '';
  const why = because(options, spoken(move.to));
  if (move.from.schema !== move.to.schema) {
    const text = `ALTER ${move.word} ${sqlName(move.from)}${signature} SET SCHEMA ${quoteIdentifier(move.to.schema)}`;
    changes.push(change('set schema', `Move ${spoken(move.from)} to schema ${move.to.schema}`, why, text));
  }
  if (move.from.name !== move.to.name) {
    const place = { schema: move.to.schema, name: move.from.name };
    const text = `ALTER ${move.word} ${sqlName(place)}${signature} RENAME TO ${quoteIdentifier(move.to.name)}`;
    changes.push(change('rename', `Rename ${spoken(move.from)} to ${move.to.name}`, why, text));
  }
  return changes;
}

function rewriteDefinitions(catalog: Catalog, pattern: RegExp, replacement: string): Catalog['definitions'] {
  const isView = (kind: string) => kind === 'view' || kind === 'materialized view' || kind === 'rule';
  return catalog.definitions.map((object) =>
    isView(object.kind) ? { ...object, definition: object.definition.replace(pattern, () => replacement) } : object,
  );
}

function rewriteObject(catalog: Catalog, move: Move): Catalog {
  const qualified = rewrite(catalog, namePattern(sqlName(move.from)), sqlName(move.to), (schema) => schema);
  // Views name columns by their relation's bare name: `users.id`.
  const bare = new RegExp(`${namePattern(quoteIdentifier(move.from.name)).source}(?=\\.)`, 'g');
  const isSchema = catalog.schemas.some((schema) => schema.name === move.from.name);
  const renamed = isSchema ? qualified : { ...qualified, definitions: rewriteDefinitions(qualified, bare, quoteIdentifier(move.to.name)) };
  const rename = <T extends { readonly schema: string; readonly name: string; readonly identity: string }>(objects: readonly T[]): T[] =>
    objects.map((object) =>
      'identity' in move.from && object.identity === move.from.identity
        ? { ...object, schema: move.to.schema, name: move.to.name }
        : object,
    );
  const key = (value: string) => (value === relationKey(move.from) ? relationKey(move.to) : value);
  return {
    ...renamed,
    types: rename(renamed.types),
    sequences: rename(renamed.sequences).map((sequence) =>
      sequence.ownedBy ? { ...sequence, ownedBy: { ...sequence.ownedBy, table: key(sequence.ownedBy.table) } } : sequence,
    ),
    tables: rename(renamed.tables).map((table) => ({
      ...table,
      ...(table.partitionOf ? { partitionOf: { ...table.partitionOf, parent: key(table.partitionOf.parent) } } : {}),
      ...(table.inherits ? { inherits: table.inherits.map(key) } : {}),
      constraints: table.constraints.map((constraint) =>
        constraint.references === undefined ? constraint : { ...constraint, references: key(constraint.references) },
      ),
    })),
    definitions: rename(renamed.definitions).map((object) => ({ ...object, dependsOn: object.dependsOn.map(key) })),
  };
}

const textMembers = new Set([
  'definition',
  'default',
  'expression',
  'type',
  'signature',
  'bound',
  'partitionKey',
  'keys',
  'checks',
  'attributes',
  'baseType',
  'columns',
]);

/** Default privileges name their schema alone, without an object in it. */
function inRenamedSchema(object: DefinedObject, from: string, to: string): DefinedObject {
  if (object.removal === undefined) return object;
  const rename = (text: string) => text.replaceAll(` IN SCHEMA ${quoteIdentifier(from)} `, () => ` IN SCHEMA ${quoteIdentifier(to)} `);
  return {
    ...object,
    name: object.name.replace(` in ${from} on `, () => ` in ${to} on `),
    definition: rename(object.definition),
    removal: rename(object.removal),
  };
}

/** Replaces a name in every text that the server wrote, and schemas where they stand alone. */
function rewrite(catalog: Catalog, pattern: RegExp, replacement: string, schemaName: (schema: string) => string): Catalog {
  const visit = (value: unknown, member: string): unknown => {
    if (typeof value === 'string') {
      if (member === 'schema') return schemaName(value);
      return textMembers.has(member) ? value.replace(pattern, () => replacement) : value;
    }
    if (Array.isArray(value)) return value.map((part) => visit(part, member));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, visit(part, name)]));
    }
    return value;
  };
  return visit(catalog, '') as Catalog;
}

function renameColumns(from: Catalog, to: Catalog, options: ChangeOptions): Renamed {
  const changes: Change[] = [];
  let catalog = from;
  for (const [before, after] of match(from.tables, to.tables, relationKey).pairs) {
    const sameTable = before.identity === after.identity;
    const pairs = match(before.columns, after.columns, (column) => column.name, sameTable).pairs.filter(([a, b]) => a.name !== b.name);
    const names = new Set(before.columns.map((column) => column.name));
    const later: [string, string][] = [];
    const rename = (old: string, name: string) =>
      change(
        'rename column',
        `Rename column ${old} of ${spoken(after)} to ${name}`,
        because(options, name),
        `ALTER TABLE ${sqlName(after)} RENAME COLUMN ${quoteIdentifier(old)} TO ${quoteIdentifier(name)}`,
      );
    for (const [a, b] of pairs) {
      // A column that a parent has too is renamed with it.
      if (b.inherited !== true && !isRenamedAbove(before, a.name, from, to)) {
        const waits = names.has(b.name) && pairs.some(([other]) => other.name === b.name);
        const name = waits ? `${b.name.slice(0, 50)}_moving` : b.name;
        if (waits) later.push([name, b.name]);
        changes.push(rename(a.name, name));
      }
      names.delete(a.name);
      catalog = rewriteColumn(catalog, before, a, b);
    }
    changes.push(...later.map(([old, name]) => rename(old, name)));
  }
  return { changes, catalog };
}

/** Does a parent's column of that name go by another one too? */
function isRenamedAbove(child: Table, name: string, from: Catalog, to: Catalog): boolean {
  return parentKeys(child).some((key) => {
    const parent = from.tables.find((table) => relationKey(table) === key);
    const column = parent?.columns.find((candidate) => candidate.name === name);
    const after = to.tables.find(({ identity }) => identity === parent?.identity);
    return column !== undefined && after?.columns.some((other) => other.identity === column.identity && other.name !== name) === true;
  });
}

function rewriteColumn(catalog: Catalog, owner: Table, from: Column, to: Column): Catalog {
  const pattern = columnPattern(quoteIdentifier(from.name));
  const text = (value: string) => value.replace(pattern, () => quoteIdentifier(to.name));
  const name = (value: string) => (value === from.name ? to.name : value);
  const own = (table: Table): Table => ({
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      ...(column === from || column.identity === from.identity ? { name: to.name } : {}),
      ...(column.generated ? { generated: { ...column.generated, expression: text(column.generated.expression) } } : {}),
    })),
    constraints: table.constraints.map((constraint) => ({
      ...constraint,
      definition: ownPart(constraint, text),
      columns: constraint.columns.map(name),
    })),
    indexes: table.indexes.map((index): Index => ({ ...index, definition: afterOn(index.definition, text), keys: index.keys.map(text) })),
    triggers: table.triggers.map((trigger) => ({ ...trigger, definition: text(trigger.definition) })),
    policies: table.policies.map((policy) => ({ ...policy, definition: text(policy.definition) })),
  });
  const foreign = (table: Table): Table => ({
    ...table,
    constraints: table.constraints.map((constraint) =>
      constraint.references === relationKey(owner) ? { ...constraint, definition: foreignPart(constraint, text) } : constraint,
    ),
  });
  return {
    ...catalog,
    tables: catalog.tables.map((table) => foreign(table.identity === owner.identity ? own(table) : table)),
    sequences: catalog.sequences.map((sequence) =>
      sequence.ownedBy?.table === relationKey(owner)
        ? { ...sequence, ownedBy: { ...sequence.ownedBy, column: name(sequence.ownedBy.column) } }
        : sequence,
    ),
  };
}

/** A foreign key names its own columns before REFERENCES, and the other table's after it. */
function ownPart(constraint: Constraint, text: (value: string) => string): string {
  const place = constraint.definition.indexOf(' REFERENCES ');
  if (constraint.kind !== 'foreign key' || place < 0) return text(constraint.definition);
  return text(constraint.definition.slice(0, place)) + constraint.definition.slice(place);
}

function foreignPart(constraint: Constraint, text: (value: string) => string): string {
  const place = constraint.definition.indexOf(' REFERENCES ');
  return place < 0 ? constraint.definition : constraint.definition.slice(0, place) + text(constraint.definition.slice(place));
}

/** The index's own name may be the column's. */
function afterOn(definition: string, text: (value: string) => string): string {
  const place = definition.indexOf(' ON ');
  return definition.slice(0, place) + text(definition.slice(place));
}

/** Constraints, indexes, triggers and policies that bear another name. */
function renameParts(from: Catalog, to: Catalog, options: ChangeOptions): Renamed {
  const changes: Change[] = [];
  const targets = new Map(match(from.tables, to.tables, relationKey).pairs.map(([a, b]) => [a, b]));
  const tables = from.tables.map((table): Table => {
    const after = targets.get(table);
    if (after === undefined || after.identity !== table.identity) return table;
    const on = sqlName(after);
    const renamePart = <T extends Pick<Constraint, 'identity' | 'name' | 'definition' | 'inherited'> & { readonly validated?: boolean }>(
      kind: string,
      parts: readonly T[],
      targetParts: readonly T[],
      statement: (old: string, name: string) => string | undefined,
    ): T[] => {
      const found = new Map(match(parts, targetParts, (part) => part.name).pairs.map(([a, b]) => [a, b]));
      return parts.map((part) => {
        const target = found.get(part);
        // What is to be NOT VALID again goes under its name and comes under the other.
        const isMadeAgain = part.validated === true && target?.validated === false;
        if (target === undefined || target.name === part.name || isMadeAgain) return part;
        const text = statement(quoteIdentifier(part.name), quoteIdentifier(target.name));
        if (text !== undefined && part.inherited !== true) {
          changes.push(
            change(
              `rename ${kind}`,
              `Rename ${kind} ${part.name} of ${spoken(after)} to ${target.name}`,
              because(options, target.name),
              text,
            ),
          );
        }
        return {
          ...part,
          name: target.name,
          definition: part.definition.replace(namePattern(quoteIdentifier(part.name)), () => quoteIdentifier(target.name)),
        };
      });
    };
    const constraints = renamePart(
      'constraint',
      table.constraints,
      after.constraints,
      (old, name) => `ALTER TABLE ${on} RENAME CONSTRAINT ${old} TO ${name}`,
    );
    const schema = quoteIdentifier(after.schema);
    return {
      ...table,
      constraints,
      // The index behind a constraint is renamed with it.
      indexes: renamePart(
        'index',
        table.indexes.filter(standsAlone),
        after.indexes.filter(standsAlone),
        (old, name) => `ALTER INDEX ${schema}.${old} RENAME TO ${name}`,
      ).concat(table.indexes.filter((index) => !standsAlone(index)).map((index) => withConstraintName(index, table, constraints))),
      triggers: renamePart('trigger', table.triggers, after.triggers, (old, name) => `ALTER TRIGGER ${old} ON ${on} RENAME TO ${name}`),
      policies: renamePart('policy', table.policies, after.policies, (old, name) => `ALTER POLICY ${old} ON ${on} RENAME TO ${name}`),
    };
  });
  return { changes, catalog: { ...from, tables } };
}

function standsAlone(index: Index): boolean {
  return index.constraint === undefined;
}

function withConstraintName(index: Index, table: Table, constraints: readonly Constraint[]): Index {
  const owner = table.constraints.findIndex((constraint) => constraint.name === index.constraint);
  const name = constraints[owner]?.name;
  return name === undefined ? index : { ...index, name, constraint: name };
}
