import { describe, expect, it } from 'vitest';
import { engineLabel } from '../../../../src/model/engine';
import { engine, fixtureStatements } from './statements';

const sets = [
  { of: engine('mysql', '8.0'), folders: ['common', 'mysql-8.0'], atLeast: 300 },
  { of: engine('mysql', '8.4'), folders: ['common'], atLeast: 300 },
  { of: engine('mysql', '9'), folders: ['common', 'mysql'], atLeast: 400 },
  { of: engine('mariadb', '10.6'), folders: ['common'], atLeast: 300 },
  { of: engine('mariadb', '10.11'), folders: ['common'], atLeast: 300 },
  { of: engine('mariadb', '11'), folders: ['common', 'mariadb'], atLeast: 400 },
];

describe.each(sets.map((set) => ({ ...set, label: engineLabel(set.of) })))(
  'the statements of the manual for $label',
  ({ of, folders, atLeast }) => {
    const statements = folders.flatMap((folder) => fixtureStatements(folder, of));

    it('are all read', () => {
      expect(statements.length).toBeGreaterThanOrEqual(atLeast);
      const unread = statements.flatMap(({ where, statement }) =>
        statement.unreadable === undefined ? [] : [`${where} ${statement.unreadable.message}`],
      );
      expect(unread).toEqual([]);
    });

    it('have a meaning each, and those about tables one that is not only a name', () => {
      expect(statements.filter(({ statement }) => statement.operations.length === 0)).toEqual([]);
      const named = statements.filter(
        ({ statement }) =>
          /^(?:create|alter|drop|rename|truncate)\s+(?:or replace\s+|online\s+|ignore\s+|temporary\s+|unique\s+)*(?:table|index|view|trigger|event|procedure|function|database)\b/i.test(
            statement.text,
          ) && statement.operations.some(({ kind }) => kind === 'other'),
      );
      expect(named.map(({ where }) => where)).toEqual([]);
    });

    it('lie in the file where their text is', () => {
      for (const { where, statement } of statements) {
        expect(statement.text, where).toBe(statement.sent);
        for (const { span } of statement.operations) {
          expect(span, where).toBeDefined();
          expect((span?.start ?? 0) >= statement.span.start && (span?.end ?? 0) <= statement.span.end, where).toBe(true);
        }
      }
    });
  },
);

describe.each([engine('mysql', '9'), engine('mariadb', '11')])('what no $name server takes', (of) => {
  it.each(['refused/common.sql', `refused/${of.name}.sql`])('%s is not read', (file) => {
    const statements = fixtureStatements(file, of);
    expect(statements.length).toBeGreaterThan(10);
    expect(statements.filter(({ statement }) => statement.unreadable === undefined).map(({ statement }) => statement.text)).toEqual([]);
  });
});

/** `node test/tools/mysql-statements/capture.mjs` made them: 30 tables and 30 changes, as each tool sends them. */
describe.each([engine('mysql', '9'), engine('mariadb', '11')])('what the tools send to $name', (of) => {
  it.each(['knex', 'typeorm', 'sequelize', 'drizzle'])('%s: every statement is read', (tool) => {
    const statements = fixtureStatements(`captured/${of.name}/${tool}.sql`, of).map(({ statement }) => statement);
    const unread = statements.filter(({ unreadable }) => unreadable !== undefined).map(({ text }) => text);
    expect(unread).toEqual([]);
    const operations = statements.flatMap((statement) => statement.operations);
    const made = new Set(operations.flatMap((operation) => (operation.kind === 'create table' ? [operation.table.name] : [])));
    expect(made.size).toBeGreaterThanOrEqual(30);
    expect(
      operations.filter(({ kind }) => kind === 'create index' || kind === 'add column' || kind === 'redefine column').length,
    ).toBeGreaterThan(9);
  });
});
