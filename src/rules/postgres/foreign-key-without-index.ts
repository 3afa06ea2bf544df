import type { Constraint, Table } from '../../model/catalog';
import { relationKey } from '../../model/catalog';
import type { Fix } from '../../model/finding';
import type { Operation } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { tokenize } from '../../parse/postgres/lexer';
import { changedObjects } from '../../schema/changed';
import { identifierOf } from '../../schema/definitions';
import { makeObjectName } from '../../schema/server-names';
import { headRange, operationRange, type RuleContext, type Step } from '../context';
import { insertBehind } from '../edits';
import type { Rule, Violation } from '../rule';

export const foreignKeyWithoutIndex: Rule = {
  id: 'foreign-key-without-index',
  title: 'Foreign key without an index on the referencing columns',
  severity: 'info',
  engines: ['postgres'],
  explanation: `PostgreSQL makes an index for the referenced key, and none for the columns that refer to it. So every DELETE of a referenced row, and every UPDATE of its key, reads the whole referencing table to look for rows that still refer to it, and joins along the key do the same.

Make an index whose first columns are those of the foreign key, concurrently where the table is in use.

Silent when such an index is there when the migration is done, for a constraint that is added NOT VALID as the first of several steps, and for tables of which the indexes are not known.`,
  bad: [
    {
      title: 'Two in one ALTER TABLE, of names that want quotes',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE "User" (id bigint PRIMARY KEY);\nCREATE TABLE "Post" (id bigint PRIMARY KEY, "authorId" bigint, "editorId" bigint);\n',
        },
        {
          path: 'V2__k.sql',
          text: 'ALTER TABLE "Post"\n  ADD FOREIGN KEY ("authorId") REFERENCES "User",\n  ADD FOREIGN KEY ("editorId") REFERENCES "User";\n',
        },
      ],
      findings: [
        { at: 'ADD FOREIGN KEY ("authorId") REFERENCES "User"', says: 'begins with authorId' },
        { at: 'ADD FOREIGN KEY ("editorId") REFERENCES "User"', says: 'begins with editorId' },
      ],
    },
    {
      title: 'A new table: the index beside it',
      framework: 'sql',
      files: [
        { path: '0001_u.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        { path: '0002_o.sql', text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\n' },
      ],
      findings: [{ at: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id))', says: 'user_id' }],
      fixed: [
        {
          path: '0002_o.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));\nCREATE INDEX orders_user_id_idx ON orders (user_id);\n',
        },
      ],
    },
    {
      title: 'A table in use',
      framework: 'dbmate',
      files: [
        {
          path: '1_t.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n\n-- migrate:down\nDROP TABLE orders;\nDROP TABLE users;\n',
        },
        {
          path: '2_k.sql',
          text: '-- migrate:up\nALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (user_id) REFERENCES users;\n\n-- migrate:down\nALTER TABLE orders DROP CONSTRAINT k;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (user_id) REFERENCES users', says: 'CONCURRENTLY' }],
    },
  ],
  good: [
    {
      title: 'An index, a key, or the first columns of a longer one',
      framework: 'sql',
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE a (user_id bigint PRIMARY KEY REFERENCES users);\nCREATE TABLE b (user_id bigint REFERENCES users, n int, UNIQUE (user_id, n));\nCREATE TABLE c (user_id bigint REFERENCES users);\nCREATE INDEX i ON c (user_id);\nCREATE TABLE d (user_id bigint REFERENCES users);\nCREATE INDEX j ON d (user_id) WHERE user_id IS NOT NULL;\n',
        },
      ],
    },
    {
      title: 'What indexes the table has is not known',
      framework: 'sql',
      files: [{ path: '0001_t.sql', text: 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (user_id) REFERENCES users;\n' }],
    },
    {
      title: 'The first of several steps: the index has a migration of its own',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (user_id bigint);\n' },
        { path: 'V2__k.sql', text: 'ALTER TABLE orders ADD CONSTRAINT k FOREIGN KEY (user_id) REFERENCES users NOT VALID;\n' },
      ],
    },
  ],
  check: (context) => {
    const { gone, come } = changedObjects(context.before.tables, context.after.tables);
    const known = new Set(gone.flatMap((table) => table.constraints.map((constraint) => constraint.identity)));
    return come
      .filter((table) => table.complete !== false && table.persistence !== 'temporary')
      .flatMap((table) =>
        table.constraints
          .filter(({ kind, validated, inherited, identity }) => kind === 'foreign key' && validated && !inherited && !known.has(identity))
          .filter((constraint) => !hasIndexFor(table, constraint))
          .flatMap((constraint) => violation(context, table, constraint)),
      );
  },
};

/** Whether an index of all rows begins with these columns, in any order among themselves. */
function hasIndexFor(table: Table, { columns }: Constraint): boolean {
  const isPrefix = (keys: readonly string[]) => {
    const first = keys.slice(0, columns.length);
    return columns.every((column) => first.includes(column) || first.some((key) => plainKey(key) === column));
  };
  return (
    table.indexes.some((index) => holdsReferences(index.definition, columns) && isPrefix(index.keys)) ||
    table.constraints.some(({ kind, columns: keys }) => (kind === 'primary key' || kind === 'unique') && isPrefix(keys))
  );
}

/** All rows, or all but those that refer to nothing: to look for a key implies that it is not NULL. */
function holdsReferences(definition: string, columns: readonly string[]): boolean {
  const [, condition] = /\bwhere\b([\s\S]*)$/i.exec(definition) ?? [];
  if (condition === undefined) return true;
  const [, column] = /^[\s(]*("(?:[^"]|"")+"|[a-z_][\w$]*)\s+is\s+not\s+null[\s);]*$/i.exec(condition) ?? [];
  const [token] = tokenize(column ?? '');
  return column !== undefined && token !== undefined && columns.includes(identifierOf(column, token) ?? '');
}

/** The column of a key: without its order, operator class and quotes. An expression stays what it is. */
function plainKey(key: string): string {
  const [token, next] = tokenize(key);
  return token === undefined || next?.word === '(' ? key : (identifierOf(key, token) ?? key);
}

function violation(context: RuleContext, table: Table, constraint: Constraint): Violation[] {
  const step = firstWith(context.steps, table, constraint);
  if (step === undefined) return [];
  const operation = step.statement.operations.find((candidate) => adds(candidate, constraint));
  const shown = table.schema === 'public' ? table.name : relationKey(table);
  const columns = constraint.columns.join(', ');
  return [
    {
      range: operation === undefined ? headRange(context, step.statement) : operationRange(context, step.statement, operation),
      message: `No index of ${shown} begins with ${columns}: a DELETE in ${constraint.references ?? 'the referenced table'} reads all of ${shown} to look for rows that still refer to it.`,
      help: `CREATE INDEX ${context.created.has(table.identity) ? '' : 'CONCURRENTLY '}ON ${indexTarget(table, constraint)}.`,
      fixes: fixesFor(context, step, table, constraint),
    },
  ];
}

/** Several foreign keys of one ALTER TABLE are told apart by their columns. */
function adds(operation: Operation, { columns }: Constraint): boolean {
  if (operation.kind === 'add column') return operation.column.references !== undefined && columns.includes(operation.column.name);
  return (
    operation.kind === 'add constraint' &&
    operation.constraint.kind === 'foreign key' &&
    operation.constraint.columns.join() === columns.join()
  );
}

function indexTarget(table: Table, { columns }: Constraint): string {
  const target = quoteQualified(table.schema === 'public' ? undefined : table.schema, table.name);
  return `${target} (${columns.map(quoteIdentifier).join(', ')})`;
}

/** The step that adds it. It is there from then on, so half of the steps are left out at each look: a schema dump has thousands of both. */
function firstWith(steps: readonly Step[], table: Table, constraint: Constraint): Step | undefined {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (has(steps[middle]?.after.tables ?? [], table, constraint)) high = middle;
    else low = middle + 1;
  }
  return steps[low];
}

function has(tables: readonly Table[], { identity }: Table, constraint: Constraint): boolean {
  return tables.some(
    (table) => table.identity === identity && table.constraints.some((candidate) => candidate.identity === constraint.identity),
  );
}

/** A new table is indexed at once. One in use needs a concurrent build outside this migration's transaction, so that is left to people. */
function fixesFor(context: RuleContext, step: Step, table: Table, constraint: Constraint): Fix[] {
  const { columns } = constraint;
  const name = makeObjectName(table.name, columns.join('_'), 'idx');
  if (!context.created.has(table.identity) || table.indexes.some((index) => index.name === name)) return [];
  const edit = insertBehind(context, step.statement.span, `\nCREATE INDEX ${quoteIdentifier(name)} ON ${indexTarget(table, constraint)};`);
  return [{ title: `Create an index on ${columns.join(', ')}`, safe: false, edits: [edit] }];
}
