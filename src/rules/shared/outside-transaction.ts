import type { ObjectName, Operation } from '../../model/operation';
import type { PlannedTransaction } from '../../model/plan';
import { locksConflict } from '../../plan/lock-conflicts';
import { findNamed, findTable } from '../../schema/lookup';
import { headRange, type RuleContext, type Step } from '../context';
import type { Rule, Violation } from '../rule';

export const outsideTransaction: Rule = {
  id: 'outside-transaction',
  title: 'Call that goes past the transaction that is open',
  severity: 'error',
  engines: ['postgres'],
  explanation: `A migration in code opens a transaction, and one of its calls is not told of it: Sequelize runs a call without \`{ transaction }\`, knex one on \`knex\` instead of \`trx\`, and MikroORM one on \`getConnection()\`, on another connection
of its pool. What the transaction has made is not there for it yet. Where the transaction holds a lock that the call needs, the call waits for the transaction and the transaction for the call: the server sees one session that waits and one that is idle, which is no
deadlock to it, and the migration hangs until somebody ends it, with the lock in its hand. Where nothing is in the way, the call commits by itself, and stays when the transaction is rolled back.

Hand the transaction to every call between its beginning and its end.`,
  bad: [
    {
      title: 'Sequelize: the second call waits for the first one for ever',
      framework: 'sequelize',
      files: [
        {
          path: '20240101000000-users.js',
          text: "module.exports = {\n  up: async (queryInterface, Sequelize) => {\n    await queryInterface.sequelize.transaction(async (transaction) => {\n      await queryInterface.addColumn('users', 'age', { type: Sequelize.INTEGER }, { transaction });\n      await queryInterface.addIndex('users', ['age']);\n    });\n  },\n  down: async (queryInterface) => queryInterface.removeColumn('users', 'age'),\n};\n",
        },
      ],
      findings: [{ at: "queryInterface.addIndex('users', ['age'])", says: 'waits for ever' }],
    },
    {
      title: 'A table that is not there yet, and a change that stays',
      framework: 'sequelize',
      files: [
        {
          path: '20240101000000-tags.js',
          text: "module.exports = {\n  up: async (queryInterface, Sequelize) => {\n    const transaction = await queryInterface.sequelize.transaction();\n    await queryInterface.createTable('tags', { id: { type: Sequelize.BIGINT, primaryKey: true } }, { transaction });\n    await queryInterface.addColumn('tags', 'name', { type: Sequelize.TEXT });\n    await queryInterface.addColumn('users', 'tag', { type: Sequelize.TEXT });\n    await transaction.commit();\n  },\n  down: async (queryInterface) => {\n    await queryInterface.dropTable('tags');\n    await queryInterface.removeColumn('users', 'tag');\n  },\n};\n",
        },
      ],
      findings: [
        { at: "queryInterface.addColumn('tags', 'name', { type: Sequelize.TEXT })", says: '42P01' },
        { at: "queryInterface.addColumn('users', 'tag', { type: Sequelize.TEXT })", says: 'stays' },
      ],
    },
    {
      title: 'MikroORM: the connection knows nothing of the transaction',
      framework: 'mikro-orm',
      files: [
        {
          path: 'Migration20240101000000.ts',
          text: "import { Migration } from '@mikro-orm/migrations';\n\nexport class Migration20240101000000 extends Migration {\n  override async up(): Promise<void> {\n    await this.execute('ALTER TABLE users ADD COLUMN age int');\n    await this.getEntityManager().getConnection().execute('UPDATE users SET age = 0 WHERE id = 1');\n  }\n\n  override async down(): Promise<void> {\n    this.addSql('ALTER TABLE users DROP COLUMN age');\n  }\n}\n",
        },
      ],
      findings: [{ at: 'UPDATE users SET age = 0 WHERE id = 1', says: 'waits for ever' }],
    },
  ],
  good: [
    {
      title: 'Every call is told; before and behind the transaction',
      framework: 'sequelize',
      files: [
        {
          path: '20240101000000-users.js',
          text: "module.exports = {\n  up: async (queryInterface, Sequelize) => {\n    await queryInterface.sequelize.transaction(async (transaction) => {\n      await queryInterface.addColumn('users', 'age', { type: Sequelize.INTEGER }, { transaction });\n      await queryInterface.addColumn('users', 'size', { type: Sequelize.INTEGER }, { transaction });\n    });\n    await queryInterface.sequelize.query('CREATE INDEX CONCURRENTLY users_age ON users (age)');\n  },\n  down: async (queryInterface) => queryInterface.removeColumn('users', 'age'),\n};\n",
        },
      ],
    },
  ],
  check: (context) => {
    const beside = new Set(context.program.execution.beside ?? []);
    if (beside.size === 0) return [];
    return context.steps
      .filter(({ statement }) => beside.has(statement.index))
      .filter(({ statement }) => statement.operations.some(({ kind }) => kind !== 'transaction' && kind !== 'set'))
      .flatMap((step) => check(context, step));
  },
};

function check(context: RuleContext, step: Step): Violation[] {
  const open = openAt(context, step.statement.index);
  if (open === undefined) return [];
  const earlier = context.steps.filter(
    ({ statement }) => open.statements.includes(statement.index) && statement.index < step.statement.index,
  );
  const onlyReads = step.statement.operations.every(({ kind }) => kind === 'select');
  const consequence = notThere(context, earlier, step) ?? waiting(earlier, step);
  // A read past the transaction is often meant: it only matters where it can't be answered.
  if (consequence === undefined && onlyReads) return [];
  return [
    {
      range: headRange(context, step.statement),
      message: `This does not go through the transaction that is open, but over another connection${consequence ?? ': it commits by itself, and stays when the transaction is rolled back'}.`,
      help: howTo(context),
      fixes: [],
    },
  ];
}

/** The transaction that has begun before the statement and ends behind it. */
function openAt({ plan }: RuleContext, index: number): PlannedTransaction | undefined {
  return plan.transactions.find(({ kind, statements }) => {
    if (kind !== 'explicit' && kind !== 'framework') return false;
    const begun = statements.some((statement) => statement < index);
    return kind === 'framework' || (begun && statements.some((statement) => statement > index));
  });
}

/** It uses what only the transaction can see. */
function notThere(context: RuleContext, earlier: readonly Step[], step: Step): string | undefined {
  const names = [...step.planned.locks.map(({ name }) => name), ...step.statement.operations.flatMap(tablesOf)];
  for (const { statement } of earlier) {
    for (const operation of statement.operations) {
      if (operation.kind !== 'create table' || findTable(context.before, operation.table) !== undefined) continue;
      const made = idOf(step, operation.table);
      const used = names.find((name) => made !== undefined && idOf(step, name) === made);
      if (used !== undefined) return `, where ${used.name} is not there before the transaction commits: the server refuses it (42P01)`;
    }
  }
  return undefined;
}

function tablesOf(operation: Operation): readonly ObjectName[] {
  if (operation.kind === 'create index') return [operation.index.table];
  if ('tables' in operation) return operation.tables;
  return 'table' in operation ? [operation.table] : [];
}

/** It needs a lock that the transaction is in the way of. */
function waiting(earlier: readonly Step[], step: Step): string | undefined {
  for (const wanted of step.planned.locks) {
    for (const { planned } of earlier) {
      const held = planned.locks.find((lock) => idOf(step, lock.name) === idOf(step, wanted.name) && locksConflict(wanted.mode, lock.mode));
      if (held !== undefined) {
        return `, and waits for ever: it needs ${wanted.mode} on ${wanted.relation}, of which the transaction holds ${held.mode} until this call is done`;
      }
    }
  }
  return undefined;
}

/** The same for two ways of writing one relation. */
function idOf(step: Step, name: ObjectName): string | undefined {
  const found = findTable(step.before, name) ?? findNamed(step.before.definitions, name, step.before.searchPath);
  return found?.identity ?? `${name.schema ?? ''}.${name.name}`;
}

function howTo({ framework }: RuleContext): string {
  switch (framework.name) {
    case 'sequelize':
      return 'Hand the transaction to this call: { transaction } among its options.';
    case 'knex':
      return 'Send it over the transaction: trx instead of knex.';
    case 'mikro-orm':
      return 'Send it with this.execute(), or hand this.ctx over as the fourth argument.';
    default:
      return 'Send it over the connection of the transaction.';
  }
}
