// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of SQL tools.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../../src/model/migration';
import { loadParser } from '../../../src/parse/load';
import { readStatements } from '../../../src/parse/postgres/read';
import { StatementMemory } from '../../../src/parse/postgres/statement-memory';

beforeAll(loadParser);

/** Below this line a text is read from memory; with a value for the placeholder it is another text, of which nothing is known. */
const head = '-- ${fresh}\n';

function remembered(body: string): Statement[] {
  return readStatements(head + body, { start: 0, end: head.length + body.length }, {});
}

function fresh(body: string): Statement[] {
  return readStatements(head + body, { start: 0, end: head.length + body.length }, { fresh: 'x' });
}

const body = `SET lock_timeout = '2s';
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(10, 2) NOT NULL CHECK (total >= 0), note text DEFAULT 'a;b');
CREATE TABLE "größe😀" (id int REFERENCES orders (id));
ALTER TABLE orders ADD COLUMN a int, ADD CONSTRAINT k CHECK (a > 0), DROP COLUMN b;
DO $$ BEGIN UPDATE orders SET a = 1; IF true THEN DROP TABLE old; END IF; END $$;
CREATE INDEX orders_a ON orders (a);
UPDATE orders SET a = 2 WHERE a IS NULL;
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE INDEX orders_a ON orders (a);
COPY orders FROM stdin;
1\t2\t\\N
\\.
CREATE OR REPLACE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN RETURN NEW; END $body$;
INSERT INTO orders VALUES (1, 2, 'x') ON CONFLICT DO NOTHING;
`;

/** The same numbers at each run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const typed = [
  ';',
  "'",
  '$$',
  '(',
  ')',
  '\n',
  '\r\n',
  ' ',
  'x',
  '--',
  '/*',
  '*/',
  'é',
  '😀',
  ':v',
  '\\',
  '"',
  'DROP TABLE a;',
  'ALTER TABLE orders ADD d int',
  ';;\n',
];

/** One change somewhere: typed, deleted, copied to elsewhere. */
function edited(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1);
  const length = random(4) === 0 ? random(120) : random(3);
  const part = text.slice(at, at + length);
  switch (random(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1: {
      const rest = text.slice(0, at) + text.slice(at + length);
      const to = random(rest.length + 1);
      return rest.slice(0, to) + part + rest.slice(to);
    }
    default:
      return text.slice(0, at) + (typed[random(typed.length)] ?? '') + text.slice(at);
  }
}

describe('statements that were read before', () => {
  it('are what reading them anew gives, whatever is typed around them', () => {
    const random = randomNumbers(7);
    for (let session = 0; session < 8; session++) {
      let text = body;
      for (let edit = 0; edit < 25; edit++) {
        text = edited(text, random);
        expect(remembered(text), text).toEqual(fresh(text));
      }
    }
  });

  it('are the same objects while they stand where they stood', () => {
    const text = `SELECT 'nobody read this before';\n${body}`;
    const before = remembered(text);
    const after = remembered(`${text}ALTER TABLE orders ADD COLUMN new`);
    expect(after).toHaveLength(before.length + 1);
    // Also the two that have the same text; not the rows of COPY, which belong to their statement.
    const others = after.flatMap((statement, position) => (statement === before[position] ? [] : statement.text.slice(0, 11)));
    expect(others).toEqual(['COPY orders', 'ALTER TABLE']);
  });

  it('move with the text before them', () => {
    const moved = remembered(`SELECT 1;\n${body}`);
    expect(moved).toEqual(fresh(`SELECT 1;\n${body}`));
    expect(moved[1]?.index).toBe(2);
  });

  it('are forgotten, the older ones first', () => {
    const memory = new StatementMemory(40);
    const [statement] = remembered('SELECT 1;');
    if (statement === undefined) throw new Error('no statement');
    for (const text of ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc', 'dddddddddd']) memory.remember({ ...statement, text });
    expect(['aaaaaaaaaa', 'dddddddddd'].map((text) => memory.has(text))).toEqual([true, true]);
    for (const text of ['eeeeeeeeee', 'ffffffffff']) memory.remember({ ...statement, text });
    expect(['aaaaaaaaaa', 'ffffffffff'].map((text) => memory.has(text))).toEqual([false, true]);
  });
});
