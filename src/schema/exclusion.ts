import { type Token, tokenize } from '../parse/postgres/lexer';
import { identifierOf } from './definitions';

/**
 * What an EXCLUDE constraint compares, in order: names of columns, and texts of expressions. The operator class and the operator of each are left
 * out, and with them INCLUDE and the condition.
 */
export function excludedKeys(definition: string): readonly string[] {
  const keys: string[] = [];
  let element: Token[] = [];
  let depth = 0;
  for (const token of tokenize(definition)) {
    if (token.word === ')') depth--;
    if (depth === 1 && token.word === ',') element = [];
    else if (depth === 1 && token.word === 'with') keys.push(keyOf(definition, element));
    else if (depth > 0) element.push(token);
    if (token.word === '(') depth++;
    // Behind the first brackets comes what is not compared.
    if (token.word === ')' && depth === 0) break;
  }
  return keys;
}

function keyOf(definition: string, element: readonly Token[]): string {
  const [first, second] = element;
  const name = first === undefined ? undefined : identifierOf(definition, first);
  if (name !== undefined && second?.word !== '(' && second?.word !== '.') return name;
  const last = element.findLast(({ word }) => word === ')') ?? element.at(-1);
  return definition.slice(first?.start ?? 0, last?.end ?? 0);
}
