import { relationKey } from '../model/catalog';
import type { RecoveryStep } from '../model/simulation';
import { spoken, spokenKey } from '../rollback/names';
import { backup, type DataLoss } from './data-loss';
import { type ColumnEvidence, conditionFor, type TableEvidence } from './evidence';
import { inverseOf } from './inverse';
import { sqlStep } from './situation';

export interface RowsBack {
  readonly steps: readonly RecoveryStep[];
  readonly losses: readonly DataLoss[];
}

/**
 * Takes back what happened to the rows of one table, as comparing them one by one has shown.
 * @param by ` (statement 3)`, where it is known who did it.
 */
export function rowsBack(evidence: TableEvidence, by: string, migrationText: string): RowsBack {
  if (evidence.rekeyed) return rekeyed(evidence, by);
  const parts = [
    addedBack(evidence, by),
    ...evidence.columns.map((column) => valuesBack(column, evidence, by, migrationText)),
    removedBack(evidence, by),
  ];
  return { steps: parts.flatMap(({ steps }) => steps), losses: parts.flatMap(({ losses }) => losses) };
}

/** Rows whose key was written are the old ones: they must not be deleted as new. */
function rekeyed({ original }: TableEvidence, by: string): RowsBack {
  const key = relationKey(original);
  const text = `keys of ${spokenKey(key)}${by}, with which rows can no longer be told from one another: ${backup}`;
  return { steps: [], losses: [{ text, loss: { table: key }, doubtful: false }] };
}

const nothing: RowsBack = { steps: [], losses: [] };

function addedBack(evidence: TableEvidence, by: string): RowsBack {
  const { added, table, original, key, words } = evidence;
  const { quoteIdentifier, sqlName } = words;
  if (added.length === 0) return nothing;
  const name = spoken(table);
  const one = added.length === 1;
  const count = one ? 'row that was' : `${added.length} rows that were`;
  const condition = conditionFor(evidence, added);
  if (condition === undefined) {
    const columns = key.map((column) => quoteIdentifier(column.name));
    // MySQL and MariaDB long knew no alias here.
    const own = quoteIdentifier(table.name);
    const recipe: RecoveryStep = {
      title: `Delete the ${count} added to ${name}`,
      why: `Their keys lie among the others, and are too many for a list. With a copy of the table from before the migration they can be told apart.`,
      text: `DELETE FROM ${sqlName(table)}\n WHERE NOT EXISTS (SELECT 1 FROM copy_from_before c WHERE ${columns.map((column) => `c.${column} = ${own}.${column}`).join(' AND ')});`,
      language: 'text',
    };
    const text = `${one ? '1 row that was' : count} added to ${name}${by} ${one ? 'stays' : 'stay'}: compare with a backup taken before the migration`;
    return { steps: [recipe], losses: [{ text, loss: { table: relationKey(original) }, doubtful: false }] };
  }
  const where = condition === 'true' ? '' : ` WHERE ${condition}`;
  const why =
    condition === 'true'
      ? 'The table was empty before the migration.'
      : `${one ? 'It was' : 'They were'} not there before the migration${by}. Look first: SELECT * FROM ${name}${where}. Assumed: nobody else has added rows since; on another database take the ${one ? 'key' : 'keys'} from there.`;
  return { steps: [sqlStep(`Delete the ${count} added to ${name}`, why, `DELETE FROM ${sqlName(table)}${where}`)], losses: [] };
}

function valuesBack(column: ColumnEvidence, evidence: TableEvidence, by: string, migrationText: string): RowsBack {
  const { changed, retyped } = column;
  const { table, original, words } = evidence;
  if (changed.length === 0) return nothing;
  const name = `${spoken(table)}.${column.name}`;
  const inverse = inverseOf(column, evidence, migrationText);
  const count = `${changed.length} ${changed.length === 1 ? 'value' : 'values'}`;
  if (inverse === undefined) {
    const old = original.columns.find(({ name }) => name === column.name)?.name ?? oldName(column, evidence);
    return {
      steps: [],
      losses: [
        {
          text: `${count} of ${spokenKey(relationKey(original))}.${old}${by}: ${backup}`,
          loss: { table: relationKey(original), columns: [old] },
          doubtful: retyped,
        },
      ],
    };
  }
  const where = inverse.where === 'true' ? '' : ` WHERE ${inverse.where}`;
  const text = `UPDATE ${words.sqlName(table)} SET ${[inverse.set, ...unmoved(column, evidence)].join(', ')}${where}`;
  const why = `The migration${by} overwrote ${count}, and ${inverse.because}. Assumed: nobody else has written them since.`;
  return { steps: [sqlStep(`Bring back the old values of ${name}`, why, text)], losses: [] };
}

/** Columns that the server would give another value with each UPDATE: they keep theirs. */
function unmoved(column: ColumnEvidence, { table, words }: TableEvidence): string[] {
  const moving = table.columns.filter(({ name, onUpdate }) => onUpdate !== undefined && name !== column.name);
  return moving.map(({ name }) => `${words.quoteIdentifier(name)} = ${words.quoteIdentifier(name)}`);
}

/** The name before, of a column that was renamed. */
function oldName(column: ColumnEvidence, { table, original }: TableEvidence): string {
  const identity = table.columns.find(({ name }) => name === column.name)?.identity;
  return original.columns.find((candidate) => candidate.identity === identity)?.name ?? column.name;
}

function removedBack({ removed, original }: TableEvidence, by: string): RowsBack {
  if (removed.length === 0) return nothing;
  const key = relationKey(original);
  const count = removed.length === 1 ? '1 row' : `${removed.length} rows`;
  return {
    steps: [],
    losses: [
      {
        text: `${count} of ${spokenKey(key)} that ${removed.length === 1 ? 'was' : 'were'} removed${by}: ${backup}`,
        loss: { table: key },
        doubtful: false,
      },
    ],
  };
}
