import { recordOf, textOf } from '../plain-objects';
import { quoteName, quoteTable } from './names';

/** Functions and triggers, from `createFunction` and its neighbours in `dialects/postgres/query-generator.js`. */

export function createFunction(args: readonly unknown[]): string[] {
  const [name, params, returns, language, body, words, options] = args;
  const { force, variables } = recordOf(options);
  const declared = (Array.isArray(variables) ? variables : []).map(recordOf).map((variable) => {
    const value = variable.default ? ` := ${String(variable.default)}` : '';
    return `DECLARE ${String(variable.name)} ${String(variable.type)}${value};`;
  });
  const start = force ? 'CREATE OR REPLACE FUNCTION' : 'CREATE FUNCTION';
  return [
    `${start} ${String(name)}(${parameters(params)}) RETURNS ${String(returns)} AS $func$ ${declared.join(' ')} BEGIN ${String(body)} END; $func$ language '${String(language)}'${wordsOf(words)};`,
  ];
}

export function dropFunction(name: unknown, params: unknown): string[] {
  return [`DROP FUNCTION ${String(name)}(${parameters(params)}) RESTRICT;`];
}

export function renameFunction(before: unknown, params: unknown, after: unknown): string[] {
  return [`ALTER FUNCTION ${String(before)}(${parameters(params)}) RENAME TO ${String(after)};`];
}

const moments: Readonly<Record<string, string>> = {
  after: 'AFTER',
  before: 'BEFORE',
  instead_of: 'INSTEAD OF',
  after_constraint: 'AFTER',
};

/** The events are the values of `fireOn`, whatever its keys. */
export function createTrigger(args: readonly unknown[]): string[] {
  const [table, name, moment, fireOn, functionName, params, words] = args;
  const events = Object.values(Array.isArray(fireOn) ? fireOn : recordOf(fireOn)).map((event) => String(event).toUpperCase());
  const constraint = moment === 'after_constraint' ? 'CONSTRAINT ' : '';
  const options = wordsOf(words);
  return [
    `CREATE ${constraint}TRIGGER ${quoteName(name)} ${moments[String(moment)] ?? String(moment)} ${events.join(' OR ')} ON ${quoteTable(table)}${options && ` ${options}`} EXECUTE PROCEDURE ${String(functionName)}(${parameters(params)});`,
  ];
}

export function dropTrigger(table: unknown, name: unknown): string[] {
  return [`DROP TRIGGER ${quoteName(name)} ON ${quoteTable(table)} RESTRICT;`];
}

export function renameTrigger(table: unknown, before: unknown, after: unknown): string[] {
  return [`ALTER TRIGGER ${quoteName(before)} ON ${quoteTable(table)} RENAME TO ${quoteName(after)};`];
}

function parameters(params: unknown): string {
  return (Array.isArray(params) ? params : [])
    .map(recordOf)
    .map(({ direction, name, type }) => [direction, name, type].filter((part) => textOf(part)).join(' '))
    .join(', ');
}

function wordsOf(words: unknown): string {
  return Array.isArray(words) ? words.map(String).join(' ') : '';
}
