import { program } from './tools';

/** The faults of the columns, in this order. */
export const faults = ['error', 'disconnect', 'kill-session', 'crash', 'lost-ack'] as const;

/** A project of `fixtures` and what each cell of it must come to. */
export interface ToolCase {
  readonly title: string;
  readonly fixture: string;
  readonly command: string;
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
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back blocked rolled-back blocked -',
      'after:2': '- blocked rolled-back blocked stuck',
      'commit:3': 'rolled-back broken broken broken broken',
      'before:4': 'resumable blocked blocked blocked -',
      'during:4': '- unrecorded broken broken unrecorded',
      'after:4': '- unrecorded unrecorded unrecorded unrecorded',
      unrecorded: 'unrecorded unrecorded unrecorded unrecorded -',
      unlock: 'complete blocked blocked blocked complete',
    },
  },
  {
    title: 'knex, all in one transaction',
    fixture: 'knex',
    command: `${program('knex')} migrate:up 20260301090000_add_currency.js`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      unrecorded: 'rolled-back rolled-back rolled-back rolled-back -',
      'commit:3': 'rolled-back complete complete complete complete',
      unlock: 'rolled-back rolled-back rolled-back rolled-back stuck',
    },
  },
  {
    title: 'TypeORM, a transaction each, and one that opts out',
    fixture: 'typeorm',
    command: `${program('typeorm')} migration:run -d data-source.js`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      'commit:3': 'rolled-back resumable resumable resumable resumable',
      'before:4': 'resumable resumable resumable resumable -',
      'during:4': '- unrecorded broken broken unrecorded',
      'after:4': '- unrecorded unrecorded unrecorded unrecorded',
      unrecorded: 'unrecorded unrecorded unrecorded unrecorded -',
    },
  },
  {
    title: 'TypeORM, all in one transaction',
    fixture: 'typeorm',
    command: `${program('typeorm')} migration:run -d data-source-all.js`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      unrecorded: 'rolled-back rolled-back rolled-back rolled-back -',
      'commit:3': 'rolled-back complete complete complete complete',
    },
  },
  {
    title: 'Sequelize, no transaction',
    fixture: 'sequelize',
    command: `${program('sequelize-cli')} db:migrate`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'resumable resumable resumable resumable -',
      'after:2': '- broken broken broken broken',
      'before:4': 'resumable resumable resumable resumable -',
      'during:4': '- unrecorded broken broken unrecorded',
      'after:4': '- unrecorded unrecorded unrecorded unrecorded',
      unrecorded: 'unrecorded unrecorded unrecorded unrecorded -',
    },
  },
  {
    title: 'umzug, migrations that open their own transaction',
    fixture: 'umzug',
    command: 'node migrate.js up',
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      'commit:3': 'rolled-back broken broken broken broken',
      'before:4': 'resumable resumable resumable resumable -',
      'during:4': '- unrecorded broken broken unrecorded',
      'after:4': '- unrecorded unrecorded unrecorded unrecorded',
      unrecorded: 'unrecorded unrecorded unrecorded unrecorded -',
    },
  },
  {
    title: 'node-pg-migrate, one transaction that a migration interrupts',
    fixture: 'node-pg-migrate',
    command: `${program('node-pg-migrate')} up`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      'commit:3': 'rolled-back resumable resumable resumable stuck',
      'before:4': 'resumable resumable resumable resumable -',
      'during:4': '- unrecorded broken broken stuck',
      'after:4': '- unrecorded unrecorded unrecorded stuck',
      unrecorded: 'unrecorded unrecorded unrecorded unrecorded -',
      unlock: 'complete complete complete complete stuck',
    },
  },
  {
    title: 'Drizzle, by drizzle-kit',
    fixture: 'drizzle',
    command: `${program('drizzle-kit')} migrate`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      'before:4': 'rolled-back rolled-back rolled-back rolled-back -',
      'during:4': '- rolled-back rolled-back rolled-back stuck',
      'after:4': '- rolled-back rolled-back rolled-back stuck',
      unrecorded: 'rolled-back rolled-back rolled-back rolled-back -',
      'commit:4': 'rolled-back complete complete complete complete',
    },
  },
  {
    title: 'Drizzle, by its migrator',
    fixture: 'drizzle',
    command: 'node migrate.js',
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      'before:4': 'rolled-back rolled-back rolled-back rolled-back -',
      'during:4': '- rolled-back rolled-back rolled-back stuck',
      'after:4': '- rolled-back rolled-back rolled-back stuck',
      unrecorded: 'rolled-back rolled-back rolled-back rolled-back -',
      'commit:4': 'rolled-back complete complete complete complete',
    },
  },
  {
    title: 'db-migrate, a transaction each',
    fixture: 'db-migrate',
    command: `${program('db-migrate')} up`,
    verdicts: {
      start: '- rolled-back rolled-back rolled-back -',
      'before:2': 'rolled-back rolled-back rolled-back rolled-back -',
      'after:2': '- rolled-back rolled-back rolled-back stuck',
      'commit:3': 'rolled-back resumable resumable resumable resumable',
      'before:4': 'resumable resumable resumable resumable -',
      'during:4': '- resumable resumable resumable stuck',
      'after:4': '- resumable resumable resumable stuck',
      unrecorded: 'resumable resumable resumable resumable -',
      'commit:4': 'resumable complete complete complete complete',
    },
  },
];

/** A script that commits as it goes, but for its third and fourth statement. There is no history: whoever runs it again runs all of it. */
export const psql = {
  fixture: 'psql',
  command: 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f script.sql',
  statements: ['CREATE TABLE', 'ALTER TABLE', 'UPDATE invoices', 'ALTER TABLE', 'COPY currencies', 'CREATE INDEX'],
  /** All but disk-full, which not every machine can do. */
  faults: [
    'error',
    'disconnect',
    'kill-session',
    'crash',
    'lost-ack',
    'lock-timeout',
    'statement-timeout',
    'deadlock',
    'dirty-data',
  ] as const,
  verdicts: {
    start: '- rolled-back rolled-back rolled-back - - - - -',
    'before:1': 'rolled-back rolled-back rolled-back rolled-back - - - - -',
    'during:1': '- broken rolled-back rolled-back broken - rolled-back - -',
    'after:1': '- broken broken broken broken - - - -',
    'before:2': 'broken broken broken broken - - - - -',
    'during:2': '- broken broken broken broken broken broken - -',
    'after:2': '- broken broken broken broken - - - -',
    'before:3': 'broken broken broken broken - - - - -',
    'during:3': '- broken broken broken stuck broken broken broken -',
    'after:3': '- broken broken broken stuck - - - -',
    'before:4': 'broken broken broken broken - - - - -',
    'during:4': '- broken broken broken stuck broken broken - -',
    'after:4': '- broken broken broken stuck - - - -',
    'commit:4': 'broken broken broken broken broken - - - -',
    'before:5': 'broken broken broken broken - - - - -',
    'during:5': '- broken broken broken broken broken broken - -',
    'after:5': '- broken broken broken broken - - - -',
    'before:6': 'broken broken broken broken - - - - -',
    'during:6': '- complete broken broken complete broken broken broken -',
    'after:6': '- complete complete complete complete - - - -',
  },
};
