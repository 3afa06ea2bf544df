import type { CollectionName } from '../../model/document';
import type { RuleContext } from '../context';
import type { Rule, Violation } from '../rule';
import { commandsIn, oncePerPlace, type PlacedCommand } from './commands';
import { callPlace } from './source-call';

const path = '20240101000000-users.js';

export const anotherDatabase: Rule = {
  id: 'another-database',
  title: 'Another database than the migration’s own',
  severity: 'warning',
  engines: ['mongodb'],
  explanation: `The tool gives the migration the database that its configuration names, and its changelog says what was done to that one. A name that is written in the code goes
to the same database wherever the migration runs: from the test stage into production's, when both are on one server; and what is done there is recorded in a
changelog that belongs to another database.

Use the \`db\` that the migration is given. Where another database is really meant, take its name from the environment, and give it migrations of its own.

Silent for reads of \`admin\`, \`config\` and \`local\`.`,
  bad: [
    {
      title: 'A hard-coded name',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "module.exports = {\n  async up(db, client) {\n    await client.db('shop').collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n  },\n  async down() {},\n};\n",
        },
      ],
      findings: [{ at: "client.db('shop').collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } })", says: 'shop' }],
    },
  ],
  good: [
    {
      title: 'The database that is given',
      framework: 'migrate-mongo',
      files: [
        {
          path,
          text: "module.exports = {\n  async up(db) {\n    await db.collection('users').updateOne({ _id: 1 }, { $set: { a: 1 } });\n    await db.admin().command({ ping: 1 });\n  },\n  async down() {},\n};\n",
        },
      ],
    },
  ],
  check: (context) => oncePerPlace(commandsIn(context).flatMap((placed) => violation(context, placed) ?? [])),
};

const ofTheServer: ReadonlySet<string> = new Set(['admin', 'config', 'local']);

function violation(context: RuleContext, { step, command }: PlacedCommand): Violation | undefined {
  const named = databasesOf({ step, command }).find((database) => database !== undefined);
  if (named === undefined) return undefined;
  return {
    ...callPlace(context, step.statement),
    message: `This works on the database ${named}, wherever the migration runs${context.framework.name === 'mongosh' ? '.' : ', while the changelog that records it lies in the database that the tool is configured for.'}`,
    help: 'Use the database that the migration is given, or take the name from the environment.',
    fixes: [],
  };
}

/** Names that are written there: of what it works on, and of what it writes. */
function databasesOf({ command }: PlacedCommand): readonly (string | undefined)[] {
  const { effect, collection } = command;
  const others: (CollectionName | undefined)[] =
    effect.kind === 'rename collection' ? [effect.newName] : effect.kind === 'aggregate' ? [effect.into?.collection] : [];
  const reads = effect.kind === 'read' || effect.kind === 'other';
  // A rename goes to admin, whatever it is about.
  const called = effect.kind === 'rename collection' ? [] : [command.database];
  return [...[collection, ...others].map((name) => name?.database), ...called].filter(
    (name) => name !== undefined && !name.includes('${') && !(reads && ofTheServer.has(name)),
  );
}
