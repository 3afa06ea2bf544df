import type { Trigger } from '../../model/catalog';
import type { Engine } from '../../model/engine';
import type { Operation } from '../../model/operation';
import { tokenize } from '../../parse/mysql/lexer';
import { readText } from '../../parse/read';

const writing = new Set(['insert', 'update', 'delete', 'replace']);
/** Behind these a statement begins (manual, "Compound Statement Syntax"). */
const openers = new Set([';', 'begin', 'then', 'else', 'do', 'loop', 'repeat', ':']);

/** What the body of a trigger does to rows, in whatever branch of it. */
export function writesOfMysqlTrigger({ definition }: Trigger, engine: Engine): readonly Operation[] {
  const start = /\bFOR\s+EACH\s+ROW\b(?:\s+(?:FOLLOWS|PRECEDES)\s+\S+)?/i.exec(definition);
  if (start === null) return [];
  const body = definition.slice(start.index + start[0].length);
  const tokens = tokenize(body, engine).filter(({ kind }) => kind !== 'comment');
  return tokens.flatMap((token, place) => {
    const before = tokens[place - 1];
    if (!writing.has(token.word) || (before !== undefined && !openers.has(before.word))) return [];
    const end = tokens.slice(place).find(({ word, kind }) => word === ';' || kind === 'end');
    return readText(body.slice(token.start, end?.start), engine).flatMap(({ operations }) => operations);
  });
}
