import type { ObjectName } from '../../model/operation';
import { listParts, nameOf, type Token, TokenReader, tokensOf } from '../../schema/mysql/tokens';
import type { RowCopy, RowReader } from '../row-copy';

/** The same for MySQL and MariaDB. What IGNORE and REPLACE do with rows that meet others is not followed. */
export const mysqlRows: RowReader = {
  copyIn: (sent) => {
    const reader = new TokenReader(sent);
    if (reader.takeWords('insert')) return copyOf(reader, false);
    return reader.takeWords('create', 'table') ? copyOf(reader, true) : undefined;
  },
  removalIn: (sent) => {
    const reader = new TokenReader(sent);
    if (!reader.takeWords('delete')) return undefined;
    reader.takeWords('quick');
    return reader.takeWords('from') ? sourceOf(reader, new Set()) : undefined;
  },
};

function copyOf(reader: TokenReader, makesTable: boolean): RowCopy | undefined {
  if (makesTable) reader.takeWords('if', 'not', 'exists');
  else reader.takeWords('into');
  const into = takeName(reader);
  if (into === undefined) return undefined;
  // Columns that CREATE TABLE defines beside its query may be others.
  const list = makesTable ? undefined : reader.takeParentheses();
  if (makesTable) reader.takeWords('as');
  if (!reader.takeWords('select')) return undefined;
  const read = columnsRead(reader);
  if (read === undefined) return undefined;
  const source = sourceOf(reader, sorted);
  const listed = list === undefined ? [] : listParts(list).map((part) => nameIn(part) ?? '');
  return source && { into, listed, read, makesTable, removes: false, ...source };
}

/** The order of rows that are all taken is nothing. */
const sorted: ReadonlySet<string> = new Set(['order']);
const ends = new Set('group having order limit union except intersect window for into lock procedure returning'.split(' '));
/** Each call gives another value, so that two statements choose other rows. */
const varying = /^(?:rand|uuid|uuid_short|row_count|last_insert_id)$/;

interface Source {
  readonly from: ObjectName;
  readonly where?: string;
}

/** `t [AS a] [WHERE condition]` up to the end; undefined where more is said. */
function sourceOf(reader: TokenReader, allowed: ReadonlySet<string>): Source | undefined {
  const from = takeName(reader);
  const alias = from === undefined ? undefined : takeAlias(reader, from.name);
  if (from === undefined || alias === undefined) return undefined;
  const hasCondition = reader.takeWords('where');
  const condition = takeCondition(reader, allowed);
  if (condition === undefined || hasCondition !== condition.length > 0) return undefined;
  if (condition.some((token) => varying.test(wordOf(token)))) return undefined;
  return hasCondition ? { from, where: comparable(condition, [from.name, alias]) } : { from };
}

/** What the table is called in the statement; undefined where something else stands there. */
function takeAlias(reader: TokenReader, name: string): string | undefined {
  const { next } = reader;
  if (next === undefined || next.text === ';' || isWord(next, 'where') || ends.has(wordOf(next))) return name;
  reader.takeWords('as');
  const alias = reader.take();
  return alias?.kind === 'word' || alias?.kind === 'name' ? nameOf(alias) : undefined;
}

/** All up to the end, or up to an ORDER BY without a LIMIT; undefined where something else ends it. */
function takeCondition(reader: TokenReader, allowed: ReadonlySet<string>): readonly Token[] | undefined {
  const condition: Token[] = [];
  let depth = 0;
  for (let token = reader.take(); token !== undefined && token.text !== ';'; token = reader.take()) {
    if (token.kind === 'sign') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth === 0 && ends.has(wordOf(token))) {
      const isLimited = tokensOf(reader.rest()).some((later) => isWord(later, 'limit'));
      return allowed.has(wordOf(token)) && !isLimited ? condition : undefined;
    }
    condition.push(token);
  }
  return condition;
}

/** A condition as one text: names without quotes and without that of the table, words in small letters. */
function comparable(tokens: readonly Token[], own: readonly string[]): string {
  const isOwn = (place: number) => {
    const [token, dot] = [tokens[place], tokens[place + 1]];
    return token !== undefined && dot?.text === '.' && own.includes(nameOf(token));
  };
  return tokens
    .filter((_, place) => !isOwn(place) && !isOwn(place - 1))
    .map((token) => (token.kind === 'word' || token.kind === 'name' ? nameOf(token).toLowerCase() : token.text))
    .join(' ');
}

/** The columns between SELECT and FROM; undefined when anything else is read, or the list is cut short. */
function columnsRead(reader: TokenReader): string[] | undefined {
  const read: string[] = [];
  for (;;) {
    const parts: Token[] = [];
    while (reader.next !== undefined && reader.next.text !== ',' && !isWord(reader.next, 'from')) parts.push(...present(reader.take()));
    const name = columnOf(parts);
    if (name === undefined) return undefined;
    read.push(name);
    if (reader.takeWords('from')) return read;
    if (reader.take()?.text !== ',') return undefined;
  }
}

/** `c`, `t.c`, `*`, `t.*`. */
function columnOf(tokens: readonly Token[]): string | undefined {
  const isPath = tokens.length % 2 === 1 && tokens.every(({ text }, place) => place % 2 === 0 || text === '.');
  const last = tokens.at(-1);
  if (!isPath || last === undefined) return undefined;
  if (last.kind === 'sign' && last.text === '*') return '*';
  return last.kind === 'word' || last.kind === 'name' ? nameOf(last) : undefined;
}

function nameIn(text: string): string | undefined {
  return columnOf(tokensOf(text));
}

function takeName(reader: TokenReader): ObjectName | undefined {
  const first = reader.take();
  if (first === undefined || (first.kind !== 'word' && first.kind !== 'name')) return undefined;
  if (reader.next?.text !== '.') return { name: nameOf(first) };
  reader.take();
  const second = reader.take();
  return second && { schema: nameOf(first), name: nameOf(second) };
}

const wordOf = (token: Token | undefined) => (token?.kind === 'word' ? token.text.toLowerCase() : '');
const isWord = (token: Token | undefined, word: string) => wordOf(token) === word;
const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
