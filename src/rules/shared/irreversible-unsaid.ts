import type { DocumentCommand } from '../../model/document';
import type { Operation } from '../../model/operation';
import { findColumn, findTable } from '../../schema/lookup';
import { headRange, type RuleContext, type Step, shownName } from '../context';
import { indentation, insertAt } from '../edits';
import type { Rule, Violation } from '../rule';
import { isSaid } from './rollback-incomplete';

export const irreversibleUnsaid: Rule = {
  id: 'irreversible-unsaid',
  title: 'Rollback that brings the shape back and not the data, and does not say so',
  severity: 'info',
  explanation: `The migration drops a column or a table, and its rollback makes it again: empty. The schema is the one before, so nothing looks wrong, and whoever rolls back under pressure takes it for a way back.

Say in a comment what is lost, or keep the data aside in the migration, and put it back in the rollback.

Silent where a comment says it, where the rollback writes into what it makes, and for what the migration itself kept aside.`,
  bad: [
    {
      title: 'A column comes back empty',
      framework: 'goose',
      files: [
        {
          path: '00001_t.sql',
          text: '-- +goose Up\nCREATE TABLE users (id bigint PRIMARY KEY, phone text);\n\n-- +goose Down\nDROP TABLE users;\n',
        },
        {
          path: '00002_d.sql',
          text: '-- +goose Up\nALTER TABLE users DROP COLUMN phone;\n\n-- +goose Down\nALTER TABLE users ADD COLUMN phone text;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users ADD COLUMN phone text', says: 'users.phone' }],
      fixed: [
        {
          path: '00002_d.sql',
          text: '-- +goose Up\nALTER TABLE users DROP COLUMN phone;\n\n-- +goose Down\n-- Lost: the values of users.phone do not come back.\nALTER TABLE users ADD COLUMN phone text;\n',
        },
      ],
    },
    {
      title: 'A collection of MongoDB comes back empty',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-logs.js',
          text: "module.exports = {\n  async up(db) {\n    await db.createCollection('logs');\n  },\n  async down(db) {\n    await db.collection('logs').drop();\n  },\n};\n",
        },
        {
          path: '20240102000000-drop.js',
          text: "module.exports = {\n  async up(db) {\n    await db.collection('logs').drop();\n  },\n  async down(db) {\n    await db.createCollection('logs');\n  },\n};\n",
        },
      ],
      findings: [{ at: "db.createCollection('logs')", says: 'documents of logs' }],
    },
  ],
  good: [
    {
      title: 'MongoDB: it says so, or puts them back',
      framework: 'migrate-mongo',
      engines: ['mongodb 8'],
      files: [
        {
          path: '20240101000000-logs.js',
          text: "module.exports = {\n  async up(db) {\n    await db.createCollection('logs');\n    await db.createCollection('notes');\n  },\n  async down(db) {\n    await db.collection('notes').drop();\n    await db.collection('logs').drop();\n  },\n};\n",
        },
        {
          path: '20240102000000-drop.js',
          text: "module.exports = {\n  async up(db) {\n    await db.collection('logs').drop();\n  },\n  async down(db) {\n    // The documents are lost.\n    await db.createCollection('logs');\n  },\n};\n",
        },
        {
          path: '20240103000000-notes.js',
          text: "module.exports = {\n  async up(db) {\n    await db.collection('notes').aggregate([{ $out: 'notes_before' }]).toArray();\n    await db.collection('notes').drop();\n  },\n  async down(db) {\n    await db.createCollection('notes');\n    await db.collection('notes_before').aggregate([{ $merge: { into: 'notes' } }]).toArray();\n    await db.collection('notes_before').drop();\n  },\n};\n",
        },
      ],
    },
    {
      title: 'It says so, it puts the data back, or what it makes is new',
      framework: 'golang-migrate',
      files: [
        {
          path: '0001_t.up.sql',
          text: 'CREATE TABLE a (id bigint PRIMARY KEY, x text, y text);\nCREATE TABLE b (id bigint PRIMARY KEY);\n',
        },
        { path: '0001_t.down.sql', text: 'DROP TABLE b;\nDROP TABLE a;\n' },
        { path: '0002_d.up.sql', text: 'ALTER TABLE a DROP COLUMN x;\n' },
        { path: '0002_d.down.sql', text: '-- The values are lost.\nALTER TABLE a ADD COLUMN x text;\n' },
        { path: '0003_d.up.sql', text: 'CREATE TABLE a_y_kept AS SELECT id, y FROM a;\nALTER TABLE a DROP COLUMN y;\n' },
        {
          path: '0003_d.down.sql',
          text: 'ALTER TABLE a ADD COLUMN y text;\nUPDATE a SET y = kept.y FROM a_y_kept AS kept WHERE kept.id = a.id;\nDROP TABLE a_y_kept;\n',
        },
        { path: '0004_d.up.sql', text: 'DROP INDEX IF EXISTS nothing;\n' },
        { path: '0004_d.down.sql', text: 'SELECT 1;\n' },
      ],
    },
  ],
  check: (context) => {
    const { program, origin, text } = context;
    if (program.direction === 'up' || origin === undefined || isSaid(context, text.slice(program.span.start, program.span.end))) return [];
    return context.steps.flatMap((step) => {
      const lost = step.statement.operations.flatMap((operation) => lostBy(context, step, operation));
      return lost.length === 0 ? [] : [violation(context, step, lost)];
    });
  },
};

/** What the statement makes again, that had data before the migration took it away: `the values of users.phone`. */
function lostBy(context: RuleContext, step: Step, operation: Operation): readonly string[] {
  const { origin } = context;
  if (origin === undefined || step.within !== undefined) return [];
  if (operation.kind === 'create table') {
    const had = findTable(origin, operation.table);
    const isGone = findTable(context.before, operation.table) === undefined;
    const filled = operation.asQuery || isWritten(context, step, operation.table.name);
    return had !== undefined && isGone && had.persistence !== 'temporary' && !filled ? [`the rows of ${shownName(operation.table)}`] : [];
  }
  if (operation.kind === 'document command') return lostDocuments(context, step, operation);
  if (operation.kind !== 'add column') return [];
  const had = findColumn(findTable(origin, operation.table), operation.column.name);
  const isGone = findColumn(findTable(context.before, operation.table), operation.column.name) === undefined;
  const computed = operation.column.generated !== undefined;
  return had !== undefined && isGone && !computed && !isWritten(context, step, operation.table.name)
    ? [`the values of ${shownName(operation.table)}.${operation.column.name}`]
    : [];
}

/** A collection that was there, is gone, and is made again without its documents. */
function lostDocuments(context: RuleContext, step: Step, { effect, collection }: DocumentCommand): readonly string[] {
  const name = collection?.database === undefined ? collection?.name : undefined;
  if (effect.kind !== 'create collection' || name === undefined) return [];
  const [had, isThere] = [context.origin, context.before].map((catalog) => catalog?.tables.some((table) => table.name === name) === true);
  const isFilled = context.steps.some(({ statement }) =>
    statement.operations.some(
      (other) =>
        other.kind === 'document command' &&
        statement.index > step.statement.index &&
        ((other.effect.kind === 'write' && other.collection?.name === name) ||
          (other.effect.kind === 'aggregate' && other.effect.into?.collection.name === name)),
    ),
  );
  return had && !isThere && !isFilled ? [`the documents of ${name}`] : [];
}

/** Does a later statement of the rollback write into the table? */
function isWritten(context: RuleContext, step: Step, table: string): boolean {
  return [...context.steps, ...context.nested].some(
    ({ statement }) =>
      statement.index >= step.statement.index &&
      statement.operations.some(
        (operation) =>
          ['insert', 'update', 'merge', 'copy'].includes(operation.kind) && 'table' in operation && operation.table.name === table,
      ),
  );
}

function violation(context: RuleContext, step: Step, lost: readonly string[]): Violation {
  const what = lost.join(', ').replace(/^./, (first) => first.toUpperCase());
  const { start } = step.statement.span;
  const comment = `${context.engine.name === 'mongodb' ? '//' : '--'} Lost: ${lost.join(', ')} do not come back.\n${indentation(context, start)}`;
  return {
    range: headRange(context, step.statement),
    message: `${what} do not come back with this, and nothing in the rollback says so.`,
    help: 'Say it in a comment, or keep the data aside in the migration and put it back here.',
    fixes:
      context.program.rendering === undefined
        ? [{ title: 'Say what is lost', safe: true, edits: [insertAt(context, start, comment)] }]
        : [],
  };
}
