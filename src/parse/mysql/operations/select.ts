import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { functionsIn } from '../expressions';
import type { Token } from '../lexer';
import { unquoted } from '../names';
import { relationsOf } from '../queries';

type Select = Extract<Operation, { kind: 'select' }>;

/** A whole query, from its first word on, wherever it stands: SELECT, WITH, TABLE, VALUES, brackets, DO. */
export function select(cursor: Cursor): Operation[] {
  const tokens = cursor.tokens.slice(cursor.index);
  balanced(cursor, tokens);
  cursor.rest();
  return [selection(tokens, cursor.text)];
}

/** What a query reads, locks and writes into. */
export function selection(tokens: readonly Token[], text: string): Select {
  const locking = lockingOf(tokens);
  const into = intoOf(tokens);
  const namedLocks = namedLocksOf(tokens, text);
  return {
    kind: 'select',
    tables: relationsOf(tokens, text),
    functions: functionsIn(tokens, text),
    ...(locking !== undefined && { locking }),
    ...(into !== undefined && { into }),
    ...(namedLocks.length > 0 && { namedLocks }),
  };
}

/** Every bracket is closed, and none too many; no semicolon is left; the text does not end where an operand must come. */
function balanced(cursor: Cursor, tokens: readonly Token[]): void {
  const start = cursor.index;
  let depth = 0;
  for (const [at, { word }] of tokens.entries()) {
    if (word === '(') depth++;
    else if (word === ')') depth--;
    if (depth >= 0 && word !== ';') continue;
    cursor.index = start + at;
    cursor.fail('no such sign');
    return;
  }
  const last = tokens.at(-1);
  if (depth > 0) {
    cursor.index = cursor.tokens.length;
    cursor.fail(')');
  } else if (tokens.length === 1 || (last !== undefined && incomplete.has(last.word))) {
    cursor.index = cursor.tokens.length;
    cursor.fail('more');
  }
}

/** Nothing ends with these. */
const incomplete = new Set([
  ',',
  '.',
  '=',
  '<',
  '>',
  '+',
  '/',
  '<=',
  '>=',
  '<>',
  '!=',
  'from',
  'where',
  'join',
  'and',
  'or',
  'by',
  'select',
  'having',
]);

function lockingOf(tokens: readonly Token[]): 'update' | 'share' | undefined {
  let found: 'update' | 'share' | undefined;
  tokens.forEach(({ word }, index) => {
    const next = tokens[index + 1]?.word;
    if (word === 'for' && next === 'update') found = 'update';
    else if ((word === 'for' && next === 'share') || (word === 'lock' && next === 'in')) found ??= 'share';
  });
  return found;
}

function intoOf(tokens: readonly Token[]): Select['into'] {
  const at = tokens.findIndex(({ word }) => word === 'into');
  if (at === -1) return undefined;
  const next = tokens[at + 1]?.word;
  return next === 'outfile' || next === 'dumpfile' ? next : 'variables';
}

const lockFunctions = { get_lock: 'get', release_lock: 'release', release_all_locks: 'release all' } as const;

function namedLocksOf(tokens: readonly Token[], text: string): NonNullable<Select['namedLocks']> {
  return tokens.flatMap(({ word }, index) => {
    const action = lockFunctions[word as keyof typeof lockFunctions];
    if (action === undefined || tokens[index + 1]?.word !== '(') return [];
    const argument = tokens[index + 2];
    const name = argument?.kind === 'string' ? unquoted(text.slice(argument.start, argument.end)) : undefined;
    return [{ action, ...(name !== undefined && { name }) }];
  });
}
