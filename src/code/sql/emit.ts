import type { Effect, NativeUse } from '../native';
import { writtenText } from '../plain';
import { flat, holeCharacter, isBlank, textOfValue } from '../text';
import type { TextValue, Value } from '../value';
import { likeliest } from '../value';

/** One request to a server: what one call of a driver sends, in the language of statements of its engine. */
export interface SentEffect extends Effect {
  readonly kind: 'sql' | 'mongosh';
  /** May be changed until the program is rendered. */
  text: TextValue;
  /** The framework's own mark: the transaction it runs in, a connection. Given back with the statements. */
  readonly mark?: unknown;
  /**
   * The code asked before whether the column is there, where the engine has no words for that: then ADD COLUMN does nothing when it is, and
   * DROP COLUMN nothing when it is not.
   */
  guarded?: boolean;
}

/** To an SQL server. Several statements in it are one simple query. */
export interface SqlEffect extends SentEffect {
  readonly kind: 'sql';
}

/**
 * Sends SQL: the evaluated argument of a raw call, SQL written by a framework (`writtenText`, or a plain string with marks), or a value of
 * any kind. What is not text, or nothing but holes, is named as a call that could not be read. Returns the effect, or undefined.
 */
export function emitSql(use: Pick<NativeUse, 'machine' | 'place'>, sql: Value | string, mark?: unknown): SqlEffect | undefined {
  const { machine, place } = use;
  const text = typeof sql === 'string' ? writtenText(sql, place) : textOfValue(likeliest(sql));
  if (text === undefined || isUnreadable(text)) {
    machine.unread(place, whyNoText(typeof sql === 'string' ? undefined : sql));
    return undefined;
  }
  if (isBlank(text)) return undefined;
  const effect: SqlEffect = { kind: 'sql', text, ...(mark === undefined ? {} : { mark }) };
  machine.record(effect, place, flat(text).length);
  return effect;
}

/** Text that begins with a hole is no statement that could be read; what stands behind a semicolon may be one. */
function isUnreadable(text: TextValue): boolean {
  const whole = flat(text);
  return whole.trimStart().startsWith(holeCharacter) && !/;\s*[a-z]/i.test(whole);
}

function whyNoText(value: Value | undefined): string {
  const found = value === undefined ? undefined : likeliest(value);
  if (found?.kind === 'unknown') {
    const why = found.why === undefined ? '' : `: ${found.why}`;
    return `the SQL it sends, \`${found.name}\`, is known only when it runs${why}`;
  }
  return 'the SQL it sends is known only when it runs';
}

/**
 * For `SessionOptions.suspicious`: calls of unknown functions with text that changes a schema or rows. Words alone are no reason, logs have
 * them too; a whole statement is.
 */
export function looksLikeSql(name: string, args: readonly Value[]): string | undefined {
  if (/(?:^|\.)(?:log|info|warn|error|debug|trace|describe|it|test|expect|Error)$/.test(name)) return undefined;
  const found = args.map(likeliest).some((value) => value.kind === 'text' && statement.test(flat(value)));
  return found ? 'it gets SQL, and is not known' : undefined;
}

const statement =
  /^\s*(?:alter\s+(?:table|type|index|sequence|view|schema|database|role)\s|create\s+(?:or\s+replace\s+|unique\s+|temp(?:orary)?\s+)?(?:table|index|view|type|schema|extension|function|trigger|materialized)\s|drop\s+(?:table|index|view|type|schema|extension|function|trigger|materialized)\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|truncate\s)/i;
