import { findIndex } from '../../../schema/lookup';
import { isInUse, type OperationOf, type RuleContext, type Step, undoesCreation } from '../../context';
import { runOutside } from '../../fixes/outside';
import { insertion } from '../../fixes/patches';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';
import { outside, violation } from './violation';

/** DROP INDEX. */
export function checkDrop(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  if (operation.objectKind !== 'index' || operation.concurrently) return [];
  // The framework opens a transaction around this way back whatever the file says, and CONCURRENTLY is refused in it.
  if (context.program.direction === 'down' && context.migration.up.execution.downWrapped === true) return [];
  const owners = operation.objects.map((name) => findIndex(step.before, name)?.owner);
  const used = owners.filter((owner) => owner === undefined || (!undoesCreation(context, owner) && isInUse(context, step, owner)));
  if (used.length === 0) return [];
  const table = used[0] === undefined ? 'its table' : used[0].name;
  const message = `DROP INDEX locks ${table} (ACCESS EXCLUSIVE) ${lockEnd(context, step)}: it waits for every running query on the table, and all reads and writes queue behind it.`;
  const partitioned = owners.some((owner) => owner !== undefined && 'constraints' in owner && owner.kind === 'partitioned table');
  // The server refuses CONCURRENTLY there (manual, DROP INDEX), and there is nothing better.
  if (partitioned) return [];
  const offset = operation.insertAt?.concurrently;
  // CONCURRENTLY takes one index and no CASCADE (manual, DROP INDEX).
  const possible = offset !== undefined && operation.objects.length === 1 && !operation.cascade;
  const [name] = operation.objects;
  const fix =
    possible && name !== undefined
      ? runOutside(context, 'Drop the index concurrently', {
          step,
          patches: [insertion(offset, 'CONCURRENTLY ')],
          slug: `drop_${name.name}`,
          down: [],
        })
      : undefined;
  return [violation(context, step, operation, message, `Use DROP INDEX CONCURRENTLY, one index per statement. ${outside}`, fix)];
}

export const dropExamples: Examples = {
  bad: [
    {
      title: 'DROP INDEX stops reads',
      framework: 'sql',
      files: [
        {
          path: '0001_users.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n',
        },
        { path: '0002_email.sql', text: 'DROP INDEX users_email_idx;\n' },
      ],
      findings: [{ at: 'DROP INDEX users_email_idx', says: 'ACCESS EXCLUSIVE' }],
      fixed: [{ path: '0002_email.sql', text: 'DROP INDEX CONCURRENTLY users_email_idx;\n' }],
    },
    {
      title: 'Dropping an index beside other work; dbmate wants a down block in each file',
      framework: 'dbmate',
      files: [
        {
          path: '1_users.sql',
          text: '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, email text);\nCREATE INDEX users_email_idx ON users (email);\n\n-- migrate:down\nDROP TABLE users;\n',
        },
        {
          path: '2_email.sql',
          text: '-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\nDROP INDEX users_email_idx;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n',
        },
      ],
      findings: [{ at: 'DROP INDEX users_email_idx', says: 'ACCESS EXCLUSIVE' }],
      fixed: [
        {
          path: '2_email.sql',
          text: '-- migrate:up\nALTER TABLE users ADD COLUMN phone text;\n\n-- migrate:down\nALTER TABLE users DROP COLUMN phone;\n',
        },
        {
          path: '3_drop_users_email_idx.sql',
          text: '-- migrate:up transaction:false\nDROP INDEX CONCURRENTLY users_email_idx;\n\n-- migrate:down\n',
        },
      ],
    },
  ],
  good: [
    {
      title: 'A revert of TypeORM runs in a transaction, where CONCURRENTLY is refused',
      framework: 'typeorm',
      files: [
        {
          path: '1700000000002-Email.ts',
          text: `import { MigrationInterface, QueryRunner } from 'typeorm';

export class Email1700000000002 implements MigrationInterface {
  transaction = false as const;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE INDEX CONCURRENTLY "users_email_idx" ON "users" ("email")\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX "users_email_idx"\`);
  }
}
`,
        },
      ],
    },
  ],
};
