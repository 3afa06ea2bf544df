import { writtenText } from '../../../code/plain';
import { concat, flat, placeOfText, slice } from '../../../code/text';
import type { Condition, TextValue } from '../../../code/value';
import type { Dialect } from './dialects';
import type { Question } from './schema';

/**
 * A statement under `if (!(await knex.schema.hasTable('users')))` does nothing when the table is there, and never fails because of it: what
 * IF NOT EXISTS says in SQL. It is put in where it says the same, so that the guard is seen by all that reads SQL.
 */
export function guarded(text: TextValue, conditions: readonly Condition[], dialect: Pick<Dialect, 'hasColumnGuards'>): TextValue {
  const asked = conditions.flatMap(({ value, holds }) =>
    value.kind === 'unknown' && isQuestion(value.tag) ? [{ question: value.tag, holds }] : [],
  );
  if (asked.length === 0) return text;
  const shown = flat(text);
  const forms = [
    { about: 'table', holds: false, pattern: /^\s*create\s+table\s+(?!if\s)(?=("?)([^\s("]+))/i, words: 'if not exists ' },
    { about: 'table', holds: true, pattern: /^\s*drop\s+table\s+(?!if\s)(?=("?)([^\s;"]+))/i, words: 'if exists ' },
    { about: 'column', holds: false, pattern: /^\s*alter\s+table\s.*?\sadd\s+column\s+(?!if\s)/is, words: 'if not exists ' },
    { about: 'column', holds: true, pattern: /^\s*alter\s+table\s.*?\sdrop\s+column\s+(?!if\s)/is, words: 'if exists ' },
  ] as const;
  for (const { about, holds, pattern, words } of forms) {
    if (about === 'column' && !dialect.hasColumnGuards) continue;
    const match = pattern.exec(shown);
    if (match === null) continue;
    const isAsked = asked.some(({ question, holds: held }) => {
      const named = about === 'column' ? question.column : question.table;
      return question.about === about && held === holds && (named === undefined || mentions(shown, named));
    });
    if (isAsked) return inserted(text, about === 'column' ? everyColumn(shown, holds) : [match[0].length], words);
  }
  return text;
}

export function isQuestion(value: unknown): value is Question {
  return typeof value === 'object' && value !== null && 'about' in value && (value.about === 'table' || value.about === 'column');
}

/** The same for columns where the engine has no such words: every column that the statement adds or drops was asked for. */
export function isGuardedByCode(text: TextValue, conditions: readonly Condition[]): boolean {
  const shown = flat(text);
  const parts = /^\s*alter\s+table\s+(\S+)\s+((?:add|drop)\s[\s\S]*)$/i.exec(shown);
  if (parts === null) return false;
  const [, table = '', changes = ''] = parts;
  const isDrop = /^drop\s/i.test(changes);
  const asked = conditions.flatMap(({ value, holds }) =>
    value.kind === 'unknown' && isQuestion(value.tag) && value.tag.about === 'column' && holds === isDrop ? [value.tag] : [],
  );
  return asked.some(
    ({ table: of, column }) => (of === undefined || mentions(table, of)) && (column === undefined || mentions(changes, column)),
  );
}

/** Behind each ADD COLUMN or DROP COLUMN: one guard stands for all of them. */
function everyColumn(text: string, isDrop: boolean): readonly number[] {
  const pattern = isDrop ? /\bdrop\s+column\s+(?!if\s)/gi : /\badd\s+column\s+(?!if\s)/gi;
  return [...text.matchAll(pattern)].map((match) => match.index + match[0].length);
}

function mentions(text: string, name: string): boolean {
  return text.toLowerCase().includes(name.toLowerCase());
}

function inserted(text: TextValue, offsets: readonly number[], words: string): TextValue {
  const parts: TextValue[] = [];
  let last = 0;
  for (const offset of offsets) {
    const rest = slice(text, offset);
    const place = placeOfText(rest);
    if (place === undefined) continue;
    parts.push(slice(text, last, offset), writtenText(words, place));
    last = offset;
  }
  return concat(...parts, slice(text, last));
}
