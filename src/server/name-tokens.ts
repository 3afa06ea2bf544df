import type { Node } from '@babel/types';
import { parseCode } from '../code/parse';
import { walk } from '../code/walk';
import { type Engine, isMysqlFamily } from '../model/engine';
import type { Span } from '../model/text';
import { tokenize as tokenizeMysql } from '../parse/mysql/lexer';
import { tokenize as tokenizePostgres } from '../parse/postgres/lexer';

/** A word of a text that can be a name of something in the database, or a part of one. */
export interface NameToken extends Span {
  /** What it names, as the server or the tool may take it: in lower case as well where it is not quoted. */
  readonly names: readonly string[];
  /** What stands right before it: a dot, or the keyword that it follows, in lower case. */
  readonly before: string;
  /** A dot follows: it is the schema or table of the next one. */
  readonly isQualifier: boolean;
}

interface Word extends Span {
  readonly names: readonly string[];
}

/** The words of a stretch of SQL, also inside of dollar-quoted bodies; comments and strings hold none. */
export function sqlNames(text: string, span: Span, engine: Engine): readonly NameToken[] {
  return placed(text, isMysqlFamily(engine) ? mysqlWords(text, span, engine) : postgresWords(text, span));
}

function postgresWords(text: string, span: Span): readonly Word[] {
  return tokenizePostgres(text, span.start, span.end).flatMap(({ kind, start, end, word }): readonly Word[] => {
    if (kind === 'word') return [{ start, end, names: [word] }];
    if (kind === 'quoted identifier') return [{ start, end, names: [unquoted(text.slice(start, end))] }];
    if (kind !== 'dollar string') return [];
    const tag = /^\$[^$]*\$/.exec(text.slice(start, end))?.[0].length ?? 0;
    return postgresWords(text, { start: start + tag, end: Math.max(end - tag, start + tag) });
  });
}

function mysqlWords(text: string, span: Span, engine: Engine): readonly Word[] {
  return tokenizeMysql(text, engine, span.start, span.end)
    .filter(({ kind }) => kind === 'word' || kind === 'quoted identifier')
    .map(({ start, end }) => ({ start, end, names: [unquoted(text.slice(start, end))] }));
}

function unquoted(written: string): string {
  const quote = /^["`]/.exec(written)?.[0];
  return quote === undefined ? written : written.slice(1, -1).replaceAll(quote + quote, quote);
}

/** The words of code that can be names: those in its strings and templates, and the keys and properties of objects. */
export function codeNames(text: string, path: string, span: Span): readonly NameToken[] {
  const places: Span[] = [];
  walk(parseCode(text, path).program, (node) => {
    if ((node.end ?? 0) < span.start || span.end < (node.start ?? 0)) return false;
    const part = nameBearing(node);
    if (part !== undefined) places.push({ start: part.start ?? 0, end: part.end ?? 0 });
    return true;
  });
  const words = places.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)].map(({ 0: word, index }): Word => {
      return { start: start + index, end: start + index + word.length, names: [...new Set([word, word.toLowerCase()])] };
    }),
  );
  const within = words.filter((word) => span.start <= word.start && word.end <= span.end);
  return placed(
    text,
    within.toSorted((left, right) => left.start - right.start),
  );
}

function nameBearing(node: Node): Node | undefined {
  if (node.type === 'StringLiteral' || node.type === 'TemplateElement') return node;
  if (node.type === 'ObjectProperty' && !node.computed && node.key.type === 'Identifier') return node.key;
  if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') return node.property;
  return undefined;
}

/** Tells for each word what it stands between. */
function placed(text: string, words: readonly Word[]): readonly NameToken[] {
  const isDot = (left: Word | undefined, right: Word | undefined) =>
    left !== undefined && right !== undefined && text.slice(left.end, right.start).replaceAll(/[\s"`]/g, '') === '.';
  return words.map((word, index): NameToken => {
    const previous = words[index - 1];
    const follows = previous !== undefined && text.slice(previous.end, word.start).replaceAll(/[\s"`]/g, '') === '';
    const before = isDot(previous, word) ? '.' : follows ? text.slice(previous.start, previous.end).toLowerCase() : '';
    return { ...word, before, isQualifier: isDot(word, words[index + 1]) };
  });
}
