import { describe, expect, it } from 'vitest';
import { RequestMatcher } from '../../../src/engines/command/matcher';
import { tokenize } from '../../../src/parse/postgres/lexer';

const matcherOf = (known: ConstructorParameters<typeof RequestMatcher>[0]): RequestMatcher => new RequestMatcher(known, tokenize);

/** Requests as `connection: text`; those of a connection from its BEGIN to its COMMIT are in a transaction. */
function recorded(...requests: readonly string[]) {
  const open = new Set<string>();
  return requests.map((request) => {
    const [connection = '', text = ''] = request.split(': ');
    const inTransaction = open.has(connection);
    if (/^begin/i.test(text)) open.add(connection);
    if (/^(commit|rollback)/i.test(text)) open.delete(connection);
    return { connection: Number(connection), texts: [text], inTransaction };
  });
}

describe('requests of another run', () => {
  it('are found by their text, each once', () => {
    const matcher = matcherOf(recorded('1: SELECT 1', '1: CREATE TABLE a ()', '1: SELECT 1'));
    expect([
      matcher.match(1, ['SELECT 1']),
      matcher.match(1, ['CREATE TABLE a ()']),
      matcher.match(1, ['SELECT 1']),
      matcher.match(1, ['SELECT 1']),
      matcher.match(1, ['DROP TABLE a']),
    ]).toEqual([0, 1, 2, undefined, undefined]);
  });

  it('are found though literals, comments and white space differ', () => {
    const matcher = matcherOf(recorded("1: INSERT INTO h VALUES ('2026-01-01 10:00', 17) -- trace 1"));
    expect(matcher.match(1, ["insert  into h values ('2026-01-01 10:07', 18) /* trace 2 */"])).toBe(0);
  });

  it('are taken for the equal text before one that is only alike', () => {
    const matcher = matcherOf(recorded("1: INSERT INTO t VALUES ('a')", "1: INSERT INTO t VALUES ('b')", "1: INSERT INTO t VALUES ('c')"));
    expect([matcher.match(1, ["INSERT INTO t VALUES ('c')"]), matcher.match(1, ["INSERT INTO t VALUES ('a')"])]).toEqual([2, 0]);
    expect(matcher.match(1, ["INSERT INTO t VALUES ('z')"])).toBe(1);
  });

  it('tell the COMMIT of one connection from that of another, whichever comes first', () => {
    const matcher = matcherOf(recorded('1: BEGIN', '1: CREATE TABLE a ()', '2: BEGIN', '2: CREATE TABLE b ()', '1: COMMIT', '2: COMMIT'));
    const run = (connection: number, text: string) => matcher.match(connection, [text]);
    expect([run(7, 'BEGIN'), run(8, 'BEGIN'), run(8, 'CREATE TABLE b ()'), run(7, 'CREATE TABLE a ()')]).toEqual([0, 2, 3, 1]);
    expect([run(8, 'COMMIT'), run(7, 'COMMIT')]).toEqual([5, 4]);
  });

  it('do not take ROLLBACK TO SAVEPOINT for the end of a transaction', () => {
    const matcher = matcherOf(recorded('1: BEGIN', '1: SAVEPOINT s', '1: ROLLBACK TO SAVEPOINT s', '1: CREATE TABLE a ()', '1: COMMIT'));
    const run = (text: string) => matcher.match(1, [text]);
    expect(['BEGIN', 'SAVEPOINT s', 'ROLLBACK TO SAVEPOINT s', 'CREATE TABLE a ()', 'COMMIT'].map(run)).toEqual([0, 1, 2, 3, 4]);
  });
});
