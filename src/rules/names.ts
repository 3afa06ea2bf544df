import type { Operation } from '../model/operation';
import { operationRange, type RuleContext, type Step } from './context';
import { onceForFolder } from './once';
import type { RuleExample, Violation } from './rule';

/** A name that something has already. */
export interface Taken {
  /** `table users`, `column note of orders`. */
  readonly what: string;
  /** What the server answers: `42701`. */
  readonly code: string;
  /** Both stand in the same statement. */
  readonly twice?: boolean;
  readonly help?: string;
}

export function takenViolation(
  context: RuleContext,
  step: Step,
  operation: Operation,
  { what, code, twice = false, help }: Taken,
): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: twice
      ? `${what.charAt(0).toUpperCase()}${what.slice(1)} stands here twice: the server refuses it (${code}).`
      : `There is ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} already: the server refuses this (${code}).`,
    help: help ?? (twice ? 'Leave one of them out, or give it another name.' : 'Choose another name, or drop what is there first.'),
    fixes: [],
  };
}

/** A name that nothing has. */
export interface Missing {
  /** `orders has no column note`. */
  readonly message: string;
  readonly code: string;
  readonly help: string;
}

export function missingViolation(context: RuleContext, step: Step, operation: Operation, { message, code, help }: Missing): Violation {
  return {
    range: operationRange(context, step.statement, operation),
    message: `${message}: the server refuses this (${code}).`,
    help,
    fixes: [],
  };
}

/** Code may make and drop what nobody reads, so a folder with some does not show all that is there. */
export const isWithCode = onceForFolder((files) => files.some(({ path }) => /\.[cm]?[jt]s$/i.test(path)));

/** Code in which no name is surely taken. */
export const takenInBranches: readonly RuleExample[] = [
  {
    title: 'Code that looks first',
    framework: 'knex',
    files: [
      {
        path: '20240101000000_users.js',
        text: "exports.up = async (knex) => {\n  await knex.schema.createTable('users', (table) => { table.bigIncrements('id'); table.integer('code'); });\n};\nexports.down = async (knex) => { await knex.schema.dropTable('users'); };\n",
      },
      {
        path: '20240102000000_code.js',
        text: "exports.up = async (knex) => {\n  const rows = await knex('settings').where({ name: 'renamed' });\n  if (rows.length > 0) {\n    await knex.raw('ALTER TABLE users ADD COLUMN code int');\n  }\n};\nexports.down = async () => {};\n",
      },
    ],
  },
  {
    title: 'Branches of code that exclude each other',
    framework: 'knex',
    files: [
      {
        path: '20240101000000_users.js',
        text: "exports.up = async (knex) => {\n  await knex.schema.createTable('users', (table) => { table.bigIncrements('id'); });\n};\nexports.down = async (knex) => { await knex.schema.dropTable('users'); };\n",
      },
      {
        path: '20240102000000_code.js',
        text: "exports.up = async (knex) => {\n  if (process.env.AT_ONCE) {\n    await knex.raw('ALTER TABLE users ADD COLUMN code int');\n    await knex.raw('CREATE INDEX by_code ON users (code)');\n    return;\n  }\n  await knex.raw('ALTER TABLE users ADD COLUMN code int DEFAULT 1');\n  await knex.raw('CREATE INDEX by_code ON users (code)');\n};\nexports.down = async (knex) => { await knex.raw('ALTER TABLE users DROP COLUMN code'); };\n",
      },
    ],
  },
];

/** A name as it stands in a regular expression. */
export function escapedName(name: string): string {
  return name.replaceAll(/[^\w]/g, '\\$&');
}
