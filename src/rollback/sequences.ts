import type { Catalog, Column, Sequence, Table } from '../model/catalog';
import { relationKey } from '../model/catalog';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { spoken, sqlName, sqlNameOfKey } from './names';
import { ownerText, usualOwner } from './owners';

/** The sequence behind an identity column, as it stands in parentheses behind AS IDENTITY. */
export function identityOptions(catalog: Catalog, table: Table, column: Column): string {
  const sequence = catalog.sequences.find(
    ({ ownedBy }) => ownedBy?.internal === true && ownedBy.table === relationKey(table) && ownedBy.column === column.name,
  );
  return sequence === undefined ? '' : ` (SEQUENCE NAME ${sqlName(sequence)} ${parameters(sequence)})`;
}

function parameters(sequence: Sequence): string {
  return [
    `START WITH ${sequence.start}`,
    `INCREMENT BY ${sequence.increment}`,
    `MINVALUE ${sequence.minimum}`,
    `MAXVALUE ${sequence.maximum}`,
    `CACHE ${sequence.cache}`,
    sequence.cycle ? 'CYCLE' : 'NO CYCLE',
  ].join(' ');
}

const pairs = (from: Catalog, to: Catalog) => match(from.sequences, to.sequences, relationKey);

function isInternal(sequence: Sequence): boolean {
  return sequence.ownedBy?.internal === true;
}

/**
 * A sequence of an identity column can't become one of its own, nor the other way round: where the name is the same, the one goes before
 * the other comes. Returns what makes it go, and the catalog as it is then.
 */
export function exchangeSequences(from: Catalog, to: Catalog): { readonly changes: readonly Change[]; readonly catalog: Catalog } {
  const exchanged = pairs(from, to)
    .pairs.filter(([a, b]) => isInternal(a) !== isInternal(b))
    .map(([a]) => a);
  if (exchanged.length === 0) return { changes: [], catalog: from };
  const owned = (sequence: Sequence, table: Table, column: Column) =>
    sequence.ownedBy?.table === relationKey(table) && sequence.ownedBy.column === column.name;
  const changes: Change[] = [];
  const why = 'Its sequence makes room for another of the same name.';
  const tables = from.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column): Column => {
      const on = `ALTER TABLE ${sqlName(table)} ALTER COLUMN ${quoteIdentifier(column.name)}`;
      const name = `${spoken(table)}.${column.name}`;
      const { identityKind, default: text, ...rest } = column;
      if (identityKind !== undefined && exchanged.some((sequence) => isInternal(sequence) && owned(sequence, table, column))) {
        changes.push(change('alter column', `Make ${name} no identity column`, why, `${on} DROP IDENTITY`));
        return { ...rest, ...(text !== undefined && { default: text }) };
      }
      if (text !== undefined && exchanged.some((sequence) => !isInternal(sequence) && text.includes(quoteLiteral(sqlName(sequence))))) {
        changes.push(change('alter column', `Drop the default of ${name}`, why, `${on} DROP DEFAULT`));
        return { ...rest, ...(identityKind !== undefined && { identityKind }) };
      }
      return column;
    }),
  }));
  for (const sequence of exchanged.filter((candidate) => !isInternal(candidate)))
    changes.push(change('drop sequence', `Drop sequence ${spoken(sequence)}`, why, `DROP SEQUENCE ${sqlName(sequence)}`));
  const sequences = from.sequences.filter((sequence) => !exchanged.includes(sequence));
  return { changes, catalog: { ...from, tables, sequences } };
}

/** New sequences, and changes to those that stay. Those of identity columns come and go with the column. */
export function createSequences(from: Catalog, to: Catalog, options: ChangeOptions): Change[] {
  const { added, pairs: kept } = pairs(from, to);
  return [
    ...added
      .filter((sequence) => !isInternal(sequence))
      .map((sequence) =>
        change(
          'create sequence',
          `Create sequence ${spoken(sequence)}`,
          `It was there ${options.goal}.`,
          `CREATE ${sequence.persistence === 'unlogged' ? 'UNLOGGED ' : ''}SEQUENCE ${sqlName(sequence)} AS ${sequence.dataType} ${parameters(sequence)}`,
        ),
      ),
    ...kept.flatMap(([a, b]) => alterSequence(a, b, options)),
  ];
}

function alterSequence(from: Sequence, to: Sequence, options: ChangeOptions): Change[] {
  if (from.dataType === to.dataType && parameters(from) === parameters(to)) return [];
  const type = from.dataType === to.dataType ? '' : `AS ${to.dataType} `;
  const text = `ALTER SEQUENCE ${sqlName(to)} ${type}${parameters(to)}`;
  return [change('alter sequence', `Set the parameters of sequence ${spoken(to)}`, `It had these ${options.goal}.`, text)];
}

/**
 * OWNED BY, once the columns exist.
 * @param released identities of sequences that were untied meanwhile.
 */
export function ownSequences(from: Catalog, to: Catalog, released: ReadonlySet<string>, options: ChangeOptions): Change[] {
  const { added, pairs: kept } = pairs(from, to);
  const usual = usualOwner(to);
  const own = (sequence: Sequence, current: string | undefined) => [...giveToOwnerOfTable(sequence, current, from), tie(sequence)];
  const tie = (sequence: Sequence) => {
    const owner = sequence.ownedBy;
    const column = owner ? `${sqlNameOfKey(owner.table)}.${quoteIdentifier(owner.column)}` : 'NONE';
    return change(
      'own sequence',
      owner ? `Tie sequence ${spoken(sequence)} to its column` : `Untie sequence ${spoken(sequence)} from its column`,
      `It ${owner ? 'belonged to this column' : 'belonged to none'} ${options.goal}.`,
      `ALTER SEQUENCE ${sqlName(sequence)} OWNED BY ${column}`,
    );
  };
  const differs = (a: Sequence, b: Sequence) =>
    (released.has(a.identity) && b.ownedBy !== undefined) ||
    a.ownedBy?.table !== b.ownedBy?.table ||
    a.ownedBy?.column !== b.ownedBy?.column;
  return [
    ...added.filter((sequence) => sequence.ownedBy !== undefined && !isInternal(sequence)).flatMap((sequence) => own(sequence, usual)),
    ...kept.filter(([a, b]) => !isInternal(a) && !isInternal(b) && differs(a, b)).flatMap(([a, b]) => own(b, a.owner)),
  ];
}

/** A sequence and the table that it is tied to must have the same owner (manual, CREATE SEQUENCE, OWNED BY). */
function giveToOwnerOfTable({ ownedBy, ...sequence }: Sequence, current: string | undefined, from: Catalog): Change[] {
  const owner = from.tables.find((table) => relationKey(table) === ownedBy?.table)?.owner;
  if (owner === undefined || current === undefined || owner === current) return [];
  const why = `${spoken(sequence)} can only be tied to a column of a table with the same owner.`;
  return [change('owner', `Give ${spoken(sequence)} to ${owner}`, why, ownerText(`SEQUENCE ${sqlName(sequence)}`, owner))];
}

/**
 * A sequence that stays, though the column or table that owns it goes, is untied first: else it goes with it.
 * @param goes whether a column (`schema.table`, name) is dropped.
 */
export function outlivingSequences(from: Catalog, to: Catalog, goes: (table: string, column: string) => boolean): Sequence[] {
  return pairs(from, to)
    .pairs.filter(([a]) => a.ownedBy !== undefined && !isInternal(a) && goes(a.ownedBy.table, a.ownedBy.column))
    .map(([a]) => a);
}

export function releaseSequence(sequence: Sequence, options: ChangeOptions): Change {
  return change(
    'own sequence',
    `Untie sequence ${spoken(sequence)} from its column`,
    `It outlives the column: it was there ${options.goal}.`,
    `ALTER SEQUENCE ${sqlName(sequence)} OWNED BY NONE`,
  );
}

/** Sequences that are no longer wanted, but for those that go with the column that owns them. */
export function dropSequences(from: Catalog, to: Catalog, options: ChangeOptions): Change[] {
  return pairs(from, to)
    .removed.filter((sequence) => !isInternal(sequence) && !goesWithOwner(sequence, from, to))
    .map((sequence) =>
      change(
        'drop sequence',
        `Drop sequence ${spoken(sequence)}`,
        `It was not there ${options.goal}.`,
        `DROP SEQUENCE IF EXISTS ${sqlName(sequence)}`,
      ),
    );
}

/** Dropping a column or its table drops the sequence that it owns (manual, CREATE SEQUENCE, OWNED BY). */
function goesWithOwner({ ownedBy }: Sequence, from: Catalog, to: Catalog): boolean {
  const table = from.tables.find((candidate) => relationKey(candidate) === ownedBy?.table);
  const column = table?.columns.find((candidate) => candidate.name === ownedBy?.column);
  if (table === undefined || column === undefined) return false;
  const kept = match(from.tables, to.tables, relationKey).pairs.find(([source]) => source === table)?.[1];
  return kept?.columns.some((candidate) => candidate.identity === column.identity) !== true;
}
