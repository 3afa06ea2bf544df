import { program } from './tools';

/** The faults of the columns, in this order. */
export const faults = ['error', 'disconnect', 'kill-session', 'crash', 'lost-ack'] as const;

/** A project of `fixtures` and what each cell of it must come to. */
export interface ToolCase {
  readonly title: string;
  readonly fixture: string;
  readonly command: string;
  /** Something that not every machine has. */
  readonly needs?: 'psql';
  /** The points to strike at, each with the verdicts of `faults`; `-` for what can't strike there. */
  readonly verdicts: Readonly<Record<string, string>>;
}

/**
 * Statements 1 to 3 of every project are the first migration (a table, a column, the rows of the column), statement 4 is the index of the
 * second, which is built CONCURRENTLY and outside of transactions where the tool lets a migration opt out.
 */
export const cases: readonly ToolCase[] = [
  {
    title: 'knex, where one pending migration opts out of transactions',
    fixture: 'knex',
    command: `${program('knex')} migrate:latest`,
    verdicts: {},
  },
  {
    title: 'knex, all in one transaction',
    fixture: 'knex',
    command: `${program('knex')} migrate:up 20260301090000_add_currency.js`,
    verdicts: {},
  },
  {
    title: 'TypeORM, a transaction each, and one that opts out',
    fixture: 'typeorm',
    command: `${program('typeorm')} migration:run -d data-source.js`,
    verdicts: {},
  },
  {
    title: 'TypeORM, all in one transaction',
    fixture: 'typeorm',
    command: `${program('typeorm')} migration:run -d data-source-all.js`,
    verdicts: {},
  },
  {
    title: 'Sequelize, no transaction',
    fixture: 'sequelize',
    command: `${program('sequelize-cli')} db:migrate`,
    verdicts: {},
  },
  {
    title: 'umzug, migrations that open their own transaction',
    fixture: 'umzug',
    command: 'node migrate.js up',
    verdicts: {},
  },
  {
    title: 'node-pg-migrate, one transaction that a migration interrupts',
    fixture: 'node-pg-migrate',
    command: `${program('node-pg-migrate')} up`,
    verdicts: {},
  },
  {
    title: 'Drizzle, by drizzle-kit',
    fixture: 'drizzle',
    command: `${program('drizzle-kit')} migrate`,
    verdicts: {},
  },
  {
    title: 'Drizzle, by its migrator',
    fixture: 'drizzle',
    command: 'node migrate.js',
    verdicts: {},
  },
  {
    title: 'db-migrate, a transaction each',
    fixture: 'db-migrate',
    command: `${program('db-migrate')} up`,
    verdicts: {},
  },
];
