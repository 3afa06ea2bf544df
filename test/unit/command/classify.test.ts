import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordedRequest } from '../../../src/engines/command/recording';
import { loadParser } from '../../../src/parse/load';
import { classify, type Role, type Surroundings } from '../../../src/runner/command/classify';
import { seenProgram } from '../../../src/runner/command/program';

beforeAll(loadParser);

const engine = { name: 'postgres', major: 18 } as const;

const surroundings: Surroundings = {
  tableRole: ({ name }) => (name === 'history' ? 'history' : name === 'lock' ? 'lock' : undefined),
  isToolSchema: (name) => name === 'tool',
  isBuiltIn: (name) => /^(pg_|now|count|max|setval|nextval|version|set_config)/.test(name),
};

/** Requests as `connection: text`, followed by `!CODE` where the server refused them. */
function recorded(...requests: readonly string[]): RecordedRequest[] {
  const open = new Set<number>();
  return requests.map((request) => {
    const [, number, text = '', code] = /^(\d): (.*?)(?: !(\w{5}))?$/s.exec(request) ?? [];
    const connection = Number(number);
    const inTransaction = open.has(connection);
    if (/^begin/i.test(text)) open.add(connection);
    if (/^(commit|rollback$)/i.test(text)) open.delete(connection);
    return {
      connection,
      protocol: 'simple',
      texts: [text],
      sent: [text],
      inTransaction,
      answer: {
        tags: [text.split(' ')[0]?.toUpperCase() ?? ''],
        status: open.has(connection) ? 'T' : 'I',
        ...(code !== undefined && { error: { code, message: 'no' } }),
      },
    };
  });
}

function rolesOf(requests: readonly RecordedRequest[], succeeded = true): Role[] {
  return classify(requests, surroundings, succeeded, engine).map(({ role }) => role);
}

describe('what a request is for', () => {
  it.each<[string, Role]>([
    ['SELECT * FROM pg_catalog.pg_class', 'read'],
    ['SELECT count(*), max(id) FROM invoices', 'read'],
    ["SELECT setval('s', 7)", 'statements'],
    ['SELECT my_own_function()', 'statements'],
    ['SHOW server_version', 'read'],
    ['SET search_path TO app', 'setting'],
    ['DISCARD ALL', 'setting'],
    ['SAVEPOINT one', 'setting'],
    ['BEGIN', 'begin'],
    ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'begin'],
    ['BEGIN; SET LOCAL lock_timeout = 1', 'begin'],
    ['SELECT pg_advisory_lock(7)', 'lock'],
    ['SELECT pg_try_advisory_lock(7)', 'lock'],
    ['SELECT pg_advisory_unlock(7)', 'unlock'],
    ['CREATE TABLE IF NOT EXISTS history (id serial, name text)', 'setup'],
    ['CREATE SCHEMA IF NOT EXISTS tool', 'setup'],
    ['CREATE SCHEMA app', 'statements'],
    ['ALTER TABLE "history" ADD COLUMN checksum text', 'setup'],
    ['CREATE INDEX ON history (name)', 'setup'],
    ["INSERT INTO history (name) VALUES ('001')", 'record'],
    ['DELETE FROM history', 'record'],
    ['LOCK TABLE history IN EXCLUSIVE MODE', 'lock'],
    ['UPDATE lock SET is_locked = 1', 'lock'],
    ['INSERT INTO audit SELECT * FROM history', 'statements'],
    ['DO $$ BEGIN END $$', 'statements'],
    ['VACUUM invoices', 'statements'],
    ['', 'read'],
    ['-- nothing', 'read'],
    ['this is no SQL', 'statements'],
    ['BEGIN; CREATE TABLE a (); COMMIT', 'statements'],
    ['BEGIN; DELETE FROM history; INSERT INTO history VALUES (2); COMMIT', 'record'],
  ])('%s', (text, role) => {
    expect(rolesOf(recorded(`1: ${text}`))).toEqual([role]);
  });

  it('tells the lock that is taken from the lock that is given back', () => {
    const requests = recorded('1: UPDATE lock SET n = 1', '2: CREATE TABLE a ()', '1: UPDATE lock SET n = 0');
    expect(rolesOf(requests)).toEqual(['lock', 'statements', 'unlock']);
  });

  it('leaves out what the tool took back, and what it did not mind to be refused', () => {
    const requests = recorded(
      '1: BEGIN',
      '1: CREATE TABLE probe ()',
      '1: ROLLBACK',
      '1: CREATE TABLE history (n int) !42P07',
      '1: BEGIN',
      '1: SAVEPOINT s',
      '1: CREATE TABLE b ()',
      '1: ROLLBACK TO SAVEPOINT s',
      '1: CREATE TABLE c ()',
      '1: COMMIT',
    );
    expect(rolesOf(requests)).toEqual([
      'begin',
      'undone',
      'rollback',
      'undone',
      'begin',
      'setting',
      'undone',
      'setting',
      'statements',
      'commit',
    ]);
  });

  it('keeps the statement at which a command failed', () => {
    const requests = recorded('1: BEGIN', '1: CREATE TABLE a ()', '1: CREATE TABLE a () !42P07', '1: ROLLBACK');
    expect(rolesOf(requests, false)).toEqual(['begin', 'statements', 'statements', 'rollback']);
  });
});

describe('the program that was seen', () => {
  const program = (...requests: readonly string[]) =>
    seenProgram(classify(recorded(...requests), surroundings, true, engine), 'seen', engine);

  it('has the transactions of the wire, and what the tool sends around them', () => {
    const seen = program(
      '1: SELECT 1',
      '1: CREATE TABLE history (name text)',
      '1: BEGIN',
      '1: CREATE TABLE a ()',
      "1: INSERT INTO history VALUES ('1')",
      '1: COMMIT',
      '1: CREATE INDEX CONCURRENTLY i ON a ((1))',
      "1: INSERT INTO history VALUES ('2')",
    );
    expect(seen.program.statements.map(({ index, sent }) => `${index} ${sent}`)).toEqual([
      '1 CREATE TABLE a ()',
      '2 CREATE INDEX CONCURRENTLY i ON a ((1))',
    ]);
    expect(seen.program.execution.transactions).toEqual([
      { kind: 'framework', statements: [1] },
      { kind: 'autocommit', statements: [2] },
    ]);
    expect(seen.steps.map(({ kind }) => kind)).toEqual(['record', 'begin', 'statements', 'record', 'commit', 'statements', 'record']);
    expect(seen.known.map(({ step }) => step)).toEqual([undefined, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('takes the COMMIT of a transaction that only locks for the end of the lock', () => {
    const seen = program(
      '2: BEGIN',
      '2: UPDATE lock SET n = 1',
      '1: BEGIN',
      '1: SELECT 1',
      '1: COMMIT',
      '1: CREATE TABLE a ()',
      "1: INSERT INTO history VALUES ('1')",
      '2: COMMIT',
    );
    expect(seen.steps.map(({ kind }) => kind)).toEqual(['lock', 'statements', 'record', 'unlock']);
  });

  it('keeps the statements of one request together, as one transaction of the server', () => {
    const seen = program('1: CREATE TABLE a (); CREATE TABLE b ();', '1: CREATE TABLE c ()');
    expect(seen.program.execution.groups).toEqual([[1, 2], [3]]);
    expect(seen.program.execution.transactions?.map(({ kind }) => kind)).toEqual(['implicit', 'autocommit']);
  });
});
