import { describe, expect, it } from 'vitest';
import { engineOf } from '../../../src/model/engine';
import { readText } from '../../../src/parse/read';
import type { Step } from '../../../src/rules/context';
import { alterClauses, shellQuoted, toolCommands } from '../../../src/rules/mysql/online-tool';

const mysql = engineOf('mysql', '8.4') ?? { name: 'mysql', major: 8 };
const mariadb = engineOf('mariadb', '11') ?? { name: 'mariadb', major: 11 };

function clauses(sql: string): string | undefined {
  const [statement] = readText(sql, mysql);
  return alterClauses({ statement } as Step, sql);
}

describe('the clauses for --alter', () => {
  it.each([
    ['ALTER TABLE `shop`.`orders` MODIFY total bigint NOT NULL', 'MODIFY total bigint NOT NULL'],
    ['ALTER TABLE orders MODIFY a bigint, ADD COLUMN b int, ALGORITHM=COPY, LOCK=SHARED', 'MODIFY a bigint, ADD COLUMN b int'],
    ["ALTER TABLE orders\n  MODIFY state enum('new', 'it''s paid') NOT NULL", "MODIFY state enum('new', 'it''s paid') NOT NULL"],
    ['CREATE FULLTEXT INDEX words ON orders (body) ALGORITHM=INPLACE', 'ADD FULLTEXT INDEX words (body)'],
    ['CREATE UNIQUE INDEX u ON orders (a, b(10) DESC)', 'ADD UNIQUE INDEX u (a, b(10) DESC)'],
    ['ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4', 'CONVERT TO CHARACTER SET utf8mb4'],
  ])('of %s', (sql, expected) => {
    expect(clauses(sql)).toBe(expected);
  });

  it('leave comments out between them, and are not guessed where one stands inside', () => {
    expect(clauses('ALTER TABLE orders MODIFY a bigint -- wider\n, MODIFY b bigint')).toBe('MODIFY a bigint, MODIFY b bigint');
    expect(clauses('ALTER TABLE orders MODIFY a /* wider */ bigint')).toBeUndefined();
  });
});

describe('commands', () => {
  const subject = { name: { name: 'orders' }, table: undefined, referenced: false, engine: mysql };

  it('rehearse first, name no secret, and are quoted for the shell', () => {
    const [ghost, percona] = toolCommands(subject, "MODIFY state enum('new','it''s') NOT NULL COMMENT '$x'");
    expect(ghost?.rehearsal).toBe(
      String.raw`gh-ost --host=HOST --port=3306 --user=USER --ask-pass --database=DATABASE --table=orders --alter='MODIFY state enum('\''new'\'','\''it'\'''\''s'\'') NOT NULL COMMENT '\''$x'\'''`,
    );
    expect(ghost?.command).toBe(`${ghost?.rehearsal} --execute`);
    expect(percona?.rehearsal).toContain(' --user=USER --ask-pass --dry-run h=HOST,P=3306,D=DATABASE,t=orders');
    expect(percona?.command).toBe(percona?.rehearsal.replace('--dry-run', '--execute'));
  });

  it('leave gh-ost out where it refuses: foreign keys, triggers, MariaDB', () => {
    const tools = (more: Partial<typeof subject>, clause = 'MODIFY a bigint') =>
      toolCommands({ ...subject, ...more }, clause).map(({ tool }) => tool);
    expect(tools({})).toEqual(['gh-ost', 'pt-online-schema-change']);
    expect(tools({ referenced: true })).toEqual(['pt-online-schema-change']);
    expect(tools({ engine: mariadb })).toEqual(['pt-online-schema-change']);
    expect(tools({}, 'ADD FOREIGN KEY (a) REFERENCES b (id)')).toEqual(['pt-online-schema-change']);
  });

  it('say what the tool wants to hear of renames, unique keys, foreign keys and MySQL 9', () => {
    const percona = (clause: string, more: Partial<typeof subject> = {}) =>
      toolCommands({ ...subject, ...more }, clause).at(-1)?.command ?? '';
    expect(percona('DROP FOREIGN KEY `k`, DROP FOREIGN KEY j')).toContain("--alter 'DROP FOREIGN KEY `_k`, DROP FOREIGN KEY _j'");
    expect(percona('ADD UNIQUE KEY u (a)')).toContain('--no-check-unique-key-change');
    expect(percona('DROP PRIMARY KEY, ADD PRIMARY KEY (b)')).toContain('--no-check-alter');
    expect(percona('MODIFY a bigint', { referenced: true })).toContain('--alter-foreign-keys-method=auto');
    expect(percona('MODIFY a bigint', { engine: { name: 'mysql', major: 9 } })).toContain('--set-vars explain_format=TRADITIONAL');
    expect(toolCommands(subject, 'CHANGE a b int')[0]?.command).toContain('--approve-renamed-columns');
    expect(percona('MODIFY a bigint', { name: { name: 'odd,name $x' } })).toContain(String.raw`'h=HOST,P=3306,D=DATABASE,t=odd\,name $x'`);
  });

  it('quote a quote', () => {
    expect(shellQuoted("it's")).toBe(String.raw`'it'\''s'`);
  });
});
