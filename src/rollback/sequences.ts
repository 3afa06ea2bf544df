import type { Catalog, Column, Sequence, Table } from '../model/catalog';
import { relationKey } from '../model/catalog';
import { quoteIdentifier } from '../parse/postgres/identifiers';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { spoken, sqlName, sqlNameOfKey } from './names';

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

/** OWNED BY, once the columns exist. */
export function ownSequences(from: Catalog, to: Catalog, options: ChangeOptions): Change[] {
  const { added, pairs: kept } = pairs(from, to);
  const own = (sequence: Sequence) => {
    const owner = sequence.ownedBy;
    const column = owner ? `${sqlNameOfKey(owner.table)}.${quoteIdentifier(owner.column)}` : 'NONE';
    return change(
      'own sequence',
      owner ? `Tie sequence ${spoken(sequence)} to its column` : `Untie sequence ${spoken(sequence)} from its column`,
      `It ${owner ? 'belonged to this column' : 'belonged to none'} ${options.goal}.`,
      `ALTER SEQUENCE ${sqlName(sequence)} OWNED BY ${column}`,
    );
  };
  const differs = (a: Sequence, b: Sequence) => a.ownedBy?.table !== b.ownedBy?.table || a.ownedBy?.column !== b.ownedBy?.column;
  return [
    ...added.filter((sequence) => sequence.ownedBy !== undefined && !isInternal(sequence)).map(own),
    ...kept.filter(([a, b]) => !isInternal(a) && !isInternal(b) && differs(a, b)).map(([, b]) => own(b)),
  ];
}

/**
 * A sequence that stays, though the column or table that owns it goes, is untied first: else it goes with it.
 * @param goes whether a column (`schema.table`, name) is dropped.
 */
export function releaseSequences(
  from: Catalog,
  to: Catalog,
  goes: (table: string, column: string) => boolean,
  options: ChangeOptions,
): Change[] {
  return pairs(from, to)
    .pairs.filter(([a]) => a.ownedBy !== undefined && !isInternal(a) && goes(a.ownedBy.table, a.ownedBy.column))
    .map(([a]) =>
      change(
        'own sequence',
        `Untie sequence ${spoken(a)} from its column`,
        `It outlives the column: it was there ${options.goal}.`,
        `ALTER SEQUENCE ${sqlName(a)} OWNED BY NONE`,
      ),
    );
}

/** Sequences that are no longer wanted. IF EXISTS: one that a dropped column owned is gone already. */
export function dropSequences(from: Catalog, to: Catalog, options: ChangeOptions): Change[] {
  return pairs(from, to)
    .removed.filter((sequence) => !isInternal(sequence))
    .map((sequence) =>
      change(
        'drop sequence',
        `Drop sequence ${spoken(sequence)}`,
        `It was not there ${options.goal}.`,
        `DROP SEQUENCE IF EXISTS ${sqlName(sequence)}`,
      ),
    );
}
