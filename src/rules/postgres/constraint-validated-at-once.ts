import type { Fix } from '../../model/finding';
import type { ConstraintSpecification, ObjectName } from '../../model/operation';
import { quoteIdentifier, quoteQualified } from '../../parse/postgres/identifiers';
import { columnConstraints } from '../../schema/definitions';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName, tableBefore } from '../context';
import { insertion } from '../fixes/patches';
import { continueLater, moveBehind } from '../fixes/phases';
import { becauseTransaction, lockEnd, version } from '../phrases';
import type { Rule, Violation } from '../rule';
import { builtName } from './concurrent-index';
import { checkDomain, domainExamples } from './constraint-validated-at-once/domain';

export const constraintValidatedAtOnce: Rule = {
  id: 'constraint-validated-at-once',
  title: 'Foreign key or CHECK that is validated under its lock',
  severity: 'warning',
  engines: ['postgres'],
  explanation: `Adding a foreign key locks both tables against writes (SHARE ROW EXCLUSIVE) while every row of the referencing one is looked up. Adding a CHECK
locks the table against everything (ACCESS EXCLUSIVE) while every row is checked.

With NOT VALID the constraint holds for new rows from then on, and takes no time. VALIDATE CONSTRAINT checks the old rows later, with a lock that lets reads
and writes through (SHARE UPDATE EXCLUSIVE). That only helps in a transaction of its own: in the same one, the first lock is still held while the rows are checked.

A constraint of a domain is checked in every table that has a column of it, and so is its SET NOT NULL, while these tables are locked against writes (SHARE).

Silent for tables that the same migration creates, for constraints that are NOT VALID or NOT ENFORCED, and for a foreign key on a new column without a default, whose rows are all NULL
and are not checked.`,
  bad: [
    ...domainExamples.bad,
    {
      title: 'A foreign key, checked at once',
      framework: 'sql',
      majors: [12, 18],
      files: [
        {
          path: '0001_t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n',
        },
        { path: '0002_fk.sql', text: 'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);\n' },
      ],
      findings: [{ at: 'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id)', says: 'users' }],
      fixed: [
        {
          path: '0002_fk.sql',
          text: 'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;\n',
        },
      ],
    },
    {
      title: 'A CHECK inside a transaction: validated in the next migration',
      framework: 'golang-migrate',
      files: [
        { path: '0001_t.up.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);\n' },
        { path: '0002_c.up.sql', text: "SET LOCAL lock_timeout = '5s';\nALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0);\n" },
      ],
      findings: [{ at: 'ALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0)', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: '0002_c.up.sql',
          text: "SET LOCAL lock_timeout = '5s';\nALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0) NOT VALID;\n",
        },
        { path: '0003_validate_age_positive.up.sql', text: 'ALTER TABLE users VALIDATE CONSTRAINT age_positive;\n' },
      ],
    },
    {
      title: 'Validated in the transaction that added it',
      framework: 'flyway',
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);\n' },
        {
          path: 'V2__c.sql',
          text: 'ALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT age_positive;\n',
        },
      ],
      findings: [{ at: 'ALTER TABLE users VALIDATE CONSTRAINT age_positive', says: 'same transaction' }],
      fixed: [
        { path: 'V2__c.sql', text: 'ALTER TABLE users ADD CONSTRAINT age_positive CHECK (age > 0) NOT VALID;\n' },
        { path: 'V2_1__validate_age_positive.sql', text: 'ALTER TABLE users VALIDATE CONSTRAINT age_positive;\n' },
      ],
    },
    {
      title: 'Beside a new column with a default',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY);\n' },
        { path: '0002_fk.sql', text: 'ALTER TABLE orders ADD COLUMN user_id bigint DEFAULT 1 REFERENCES users;\n' },
      ],
      findings: [{ at: 'ALTER TABLE orders ADD COLUMN user_id bigint DEFAULT 1 REFERENCES users', says: 'SHARE ROW EXCLUSIVE' }],
    },
    {
      title: 'A foreign key in a builder of knex',
      framework: 'knex',
      files: [
        {
          path: '20240101_users.js',
          text: `exports.up = (knex) =>
  knex.schema.createTable('users', (table) => {
    table.bigIncrements('id');
    table.text('email');
    table.bigInteger('team_id');
  });

exports.down = (knex) => knex.schema.dropTable('users');
`,
        },
        {
          path: '20240102_team.js',
          text: `exports.up = async (knex) => {
  await knex.schema.alterTable('users', (table) => {
    table.foreign('team_id').references('id').inTable('teams').onDelete('CASCADE');
  });
};

exports.down = async (knex) => {
  await knex.schema.alterTable('users', (table) => table.dropForeign('team_id'));
};
`,
        },
      ],
      findings: [
        { at: "table.foreign('team_id').references('id').inTable('teams').onDelete('CASCADE')", says: 'looks up every row of users' },
      ],
    },
    {
      title: 'NOT VALID and VALIDATE in one statement',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17) NOT VALID, VALIDATE CONSTRAINT adult;\n' },
      ],
      findings: [{ at: 'VALIDATE CONSTRAINT adult', says: 'in the same statement that adds it: the lock' }],
    },
  ],
  good: [
    ...domainExamples.good,
    {
      title: 'NOT VALID, then VALIDATE in a later migration',
      framework: 'flyway',
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\n',
        },
        { path: 'V2__fk.sql', text: 'ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users NOT VALID;\n' },
        { path: 'V3__fk.sql', text: 'ALTER TABLE orders VALIDATE CONSTRAINT fk;\n' },
      ],
    },
    {
      title: 'A new column without a default holds nothing to check',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\nCREATE TABLE orders (id bigint PRIMARY KEY);\n' },
        { path: '0002_fk.sql', text: 'ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users;\n' },
      ],
    },
    {
      title: 'A new table',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' },
        {
          path: '0002_t.sql',
          text: 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);\nALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;\n',
        },
      ],
    },
    {
      title: 'Not enforced, from 18 on',
      framework: 'sql',
      files: [
        { path: '0001_t.sql', text: 'CREATE TABLE users (id bigint PRIMARY KEY, age int);\n' },
        { path: '0002_c.sql', text: 'ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT ENFORCED;\n' },
      ],
    },
  ],
  operations: {
    'add constraint': checkAdded,
    'add column': checkColumn,
    'validate constraint': checkValidated,
    other: checkDomain,
  },
};

function checkAdded(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Violation[] {
  const { constraint, table } = operation;
  if (!isCheckedAtOnce(constraint) || !isInUse(context, step, table)) return [];
  const partitioned =
    constraint.kind === 'foreign key' && tableBefore(step, table)?.kind === 'partitioned table' && context.engine.major < 18;
  const help = partitioned
    ? `${version(context)} has no NOT VALID foreign keys on a partitioned table: add the key to each partition NOT VALID, validate them, then add it to the parent.`
    : 'Add it NOT VALID, and VALIDATE CONSTRAINT in a later transaction.';
  const fix = partitioned ? undefined : notValidFix(context, step, operation);
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: why(context, step, table, constraint),
      help,
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

function notValidFix(context: RuleContext, step: Step, operation: OperationOf<'add constraint'>): Fix | undefined {
  const { constraint, table } = operation;
  const offset = operation.insertAt?.notValid;
  const name = constraint.name ?? builtName(step, table, constraint.kind);
  if (offset === undefined || name === undefined) return undefined;
  const target = quoteQualified(table.schema, table.name);
  return continueLater(context, 'Add it NOT VALID and validate it later', {
    step,
    patches: [insertion(offset, ' NOT VALID')],
    later: [
      {
        slug: `validate_${name}`,
        transactional: true,
        up: [`ALTER TABLE ${target} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`],
        down: [],
      },
    ],
  });
}

function isCheckedAtOnce(constraint: ConstraintSpecification): boolean {
  if (constraint.kind !== 'foreign key' && constraint.kind !== 'check') return false;
  return !constraint.notValid && !/\bnot\s+enforced\b/i.test(constraint.definition ?? '');
}

function why(context: RuleContext, step: Step, table: ObjectName, constraint: ConstraintSpecification): string {
  const shown = shownName(table);
  if (constraint.kind !== 'foreign key') {
    return `This CHECK reads every row of ${shown} while ${shown} is locked (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: nobody reads or writes it meanwhile.`;
  }
  const target = shownName(constraint.target.table);
  const both = target === shown ? shown : `${shown} and ${target}`;
  return `This foreign key looks up every row of ${shown} while ${both} ${target === shown ? 'is' : 'are'} locked against writes (SHARE ROW EXCLUSIVE) ${lockEnd(context, step)}.`;
}

function checkColumn(context: RuleContext, step: Step, operation: OperationOf<'add column'>): Violation[] {
  const { column, table } = operation;
  if (!isInUse(context, step, table)) return [];
  const hasValue = column.default !== undefined || column.generated !== undefined || column.serial || column.identity !== undefined;
  const constraint = columnConstraints(column).find((candidate) => isCheckedAtOnce(candidate) && (candidate.kind === 'check' || hasValue));
  if (constraint === undefined) return [];
  const help =
    'Add the column alone, then the constraint with ADD CONSTRAINT ... NOT VALID, and VALIDATE CONSTRAINT in a later transaction.';
  return [{ range: operationRange(context, step.statement, operation), message: why(context, step, table, constraint), help, fixes: [] }];
}

/** VALIDATE while the lock of ADD is still held gains nothing. */
function checkValidated(context: RuleContext, step: Step, operation: OperationOf<'validate constraint'>): Violation[] {
  if (!isInUse(context, step, operation.table)) return [];
  const [added] = context.steps.filter(
    (earlier) =>
      earlier.transaction === step.transaction &&
      earlier.statement.index <= step.statement.index &&
      earlier.statement.operations.some(
        (candidate) => candidate.kind === 'add constraint' && addsConstraint(earlier, candidate, operation),
      ),
  );
  if (added === undefined) return [];
  const where = added === step ? 'statement' : 'transaction';
  const because = added === step ? '' : ` (${becauseTransaction(context, step)})`;
  const target = quoteQualified(operation.table.schema, operation.table.name);
  const fix =
    step.statement.operations.length > 1
      ? undefined
      : moveBehind(context, 'Move the validation', step, {
          slug: `validate_${operation.constraint}`,
          transactional: true,
          up: [`ALTER TABLE ${target} VALIDATE CONSTRAINT ${quoteIdentifier(operation.constraint)};`],
          down: [],
        });
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${operation.constraint} is validated in the same ${where} that adds it${because}: the lock of ADD CONSTRAINT is still held while every row of ${shownName(operation.table)} is checked, as if NOT VALID were not there.`,
      help: 'Validate it in a later transaction: a migration of its own.',
      fixes: fix === undefined ? [] : [fix],
    },
  ];
}

function addsConstraint(earlier: Step, added: OperationOf<'add constraint'>, validated: OperationOf<'validate constraint'>): boolean {
  if (added.table.name !== validated.table.name) return false;
  return (added.constraint.name ?? builtName(earlier, added.table, added.constraint.kind)) === validated.constraint;
}
