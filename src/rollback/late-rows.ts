import type { Table } from '../model/catalog';
import type { Change } from './change';
import type { SqlWords } from './dialect';
import type { DownPart } from './down-part';

/** Changes after which a table has the columns, and the name, that its rows had before the migration. */
const shaping = new Set([
  'set schema',
  'rename',
  'add column',
  'drop column',
  'change type',
  'alter column',
  'set not null',
  'restore values',
]);

/**
 * The changes, with the rows among `data` that fit only when the columns are back: behind the last column, before the conditions that may
 * ask for them. What they are taken from goes in the end.
 *
 * @param isShaping whether a change gives a table its columns back, where more does than that of PostgreSQL.
 */
export function withLateRows(
  changes: readonly Change[],
  data: readonly DownPart[],
  asPart: (change: Change) => DownPart,
  words: SqlWords,
  isShaping: (change: Change) => boolean = ({ kind }) => shaping.has(kind) || kind.startsWith('rename '),
): DownPart[] {
  const late = data.filter(isLate);
  const sources = new Set(late.flatMap(({ takenFrom }) => (takenFrom === undefined ? [] : [dropText(takenFrom, words)])));
  const stays = ({ text }: Change) => !sources.has(text);
  const place = late.length === 0 ? 0 : changes.findLastIndex(isShaping) + 1;
  return [
    ...changes.slice(0, place).filter(stays).map(asPart),
    ...late,
    ...changes.slice(place).filter(stays).map(asPart),
    ...changes.filter((step) => !stays(step)).map(asPart),
  ];
}

export function isLate({ takenFrom }: DownPart): boolean {
  return takenFrom !== undefined;
}

const dropText = (table: Table, words: SqlWords) => `DROP TABLE ${words.sqlName(table)};`;
