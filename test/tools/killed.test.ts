import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/model/sandbox';
import { sandboxProviders } from '../../src/sandbox/providers';
import { requireOrSkip } from '../require';
import { Workplace } from './killing';
import { onPath, program, withoutTools } from './tools';

/**
 * What a killed process leaves: a cancelled deployment, a pod out of memory. The tool and all that it started get SIGKILL while the
 * server is inside a statement, which the server then finishes. No proxy: this is the second opinion on what the cells say, and the
 * repair is typed as docs/frameworks.md gives it.
 */
describe.skipIf(withoutTools())('a tool that is killed while the server works', () => {
  let sandbox: Sandbox;
  let place: Workplace | undefined;
  let count = 0;

  beforeAll(async () => {
    const signal = new AbortController().signal;
    const started = await sandboxProviders.embedded.start({ engine: { name: 'postgres', major: 18 }, onProgress: () => undefined, signal });
    if (!started.ok) throw new Error(started.error.message);
    sandbox = started.value;
  });
  afterAll(() => sandbox?.dispose());
  afterEach(() => place?.close());

  async function at(fixture: string): Promise<Workplace> {
    count += 1;
    place = await Workplace.open(sandbox, `killed_${count}`, fixture);
    return place;
  }

  /** What the two migrations of every fixture leave: the column of the first, the index of the second, and the history. */
  const state = async (database: Workplace, history: string) => ({
    column: await database.hasColumn('invoices', 'currency'),
    index: await database.index('invoices_account_id'),
    history: (await database.column(history)).length,
  });
  const nothing = { column: false, index: 'none', history: 0 };
  const unrecorded = { column: true, index: 'valid', history: 1 };
  const all = { column: true, index: 'valid', history: 2 };

  describe('knex', () => {
    const latest = `${program('knex')} migrate:latest`;
    const history = 'SELECT name FROM knex_migrations';
    const locked = 'SELECT is_locked FROM knex_migrations_lock';

    it('leaves its lock where one pending migration opts out of transactions: migrate:unlock frees it', async () => {
      const database = await at('knex');
      await database.killInside(latest, 'ALTER TABLE');
      expect([await state(database, history), await database.column(locked)]).toEqual([nothing, [1]]);
      const again = await database.run(latest);
      expect([again.status, again.output]).toEqual([1, expect.stringContaining('Migration table is already locked')]);
      expect((await database.run(`${program('knex')} migrate:unlock`)).status).toBe(0);
      expect((await database.run(latest)).status).toBe(0);
      expect([await state(database, history), await database.column(locked)]).toEqual([all, [0]]);
    });

    it('leaves the lock and an index that the server finished: unlock, drop, run', async () => {
      const database = await at('knex');
      await database.killInside(latest, 'CREATE INDEX');
      expect([await state(database, history), await database.column(locked)]).toEqual([unrecorded, [1]]);
      await database.run(`${program('knex')} migrate:unlock`);
      expect((await database.run(latest)).output).toContain('already exists');
      await database.query('DROP INDEX CONCURRENTLY invoices_account_id');
      expect((await database.run(latest)).status).toBe(0);
      expect([await state(database, history), await database.column(locked)]).toEqual([all, [0]]);
    });

    it('leaves nothing where all that is pending is in one transaction: the lock is in it too', async () => {
      const database = await at('knex');
      await database.killInside(`${program('knex')} migrate:up`, 'ALTER TABLE');
      expect([await state(database, history), await database.column(locked)]).toEqual([nothing, [0]]);
      expect((await database.run(latest)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });
  });

  describe('TypeORM', () => {
    const run = (source = 'data-source.js') => `${program('typeorm')} migration:run -d ${source}`;
    const history = 'SELECT name FROM migrations';

    it.each(['data-source.js', 'data-source-all.js'])('leaves nothing of a transaction (%s)', async (source) => {
      const database = await at('typeorm');
      await database.killInside(run(source), 'ALTER TABLE');
      expect(await state(database, history)).toEqual(nothing);
      expect((await database.run(run())).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });

    it('leaves an index that nobody recorded: --fake records it', async () => {
      const database = await at('typeorm');
      await database.killInside(run(), 'CREATE INDEX');
      expect(await state(database, history)).toEqual(unrecorded);
      expect((await database.run(run())).output).toContain('already exists');
      expect((await database.run(`${run()} --fake`)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
      expect((await database.run(run())).output).toContain('No migrations are pending');
    });
  });

  describe('Sequelize', () => {
    const migrate = `${program('sequelize-cli')} db:migrate`;
    const history = 'SELECT name FROM "SequelizeMeta"';

    it('leaves the half that was done, because nothing is in a transaction: finish it by hand, and record it', async () => {
      const database = await at('sequelize');
      await database.killInside(migrate, 'ALTER TABLE');
      expect(await state(database, history)).toEqual({ column: true, index: 'none', history: 0 });
      expect((await database.run(migrate)).status).toBe(1);
      await database.query(`UPDATE invoices SET currency = 'EUR' WHERE currency IS NULL`);
      await database.query(`INSERT INTO "SequelizeMeta" (name) VALUES ('20260301090000-add-currency.js')`);
      expect((await database.run(migrate)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });

    it('leaves an index that nobody recorded: drop it, run again', async () => {
      const database = await at('sequelize');
      await database.killInside(migrate, 'CREATE INDEX');
      expect(await state(database, history)).toEqual(unrecorded);
      expect((await database.run(migrate)).status).toBe(1);
      await database.query('DROP INDEX CONCURRENTLY invoices_account_id');
      expect((await database.run(migrate)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });
  });

  describe('umzug', () => {
    const up = 'node migrate.js up';
    const history = 'SELECT name FROM "SequelizeMeta"';

    it('leaves nothing of a migration that opens its own transaction', async () => {
      const database = await at('umzug');
      await database.killInside(up, 'ALTER TABLE');
      expect(await state(database, history)).toEqual(nothing);
      expect((await database.run(up)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });

    it('leaves an index that nobody recorded: record it', async () => {
      const database = await at('umzug');
      await database.killInside(up, 'CREATE INDEX');
      expect(await state(database, history)).toEqual(unrecorded);
      expect((await database.run(up)).output).toContain('already exists');
      await database.query(`INSERT INTO "SequelizeMeta" (name) VALUES ('2026.03.01T10.00.00.index-invoices.js')`);
      expect((await database.run(up)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });
  });

  describe('node-pg-migrate', () => {
    const up = `${program('node-pg-migrate')} up`;
    const history = 'SELECT name FROM pgmigrations';

    it('leaves nothing of a transaction', async () => {
      const database = await at('node-pg-migrate');
      await database.killInside(up, 'ALTER TABLE');
      expect(await state(database, history)).toEqual(nothing);
      expect((await database.run(up)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
    });

    it('keeps its advisory lock as long as the server builds the index; then --fake records it', async () => {
      const database = await at('node-pg-migrate');
      await database.killInside(up, 'CREATE INDEX', async () => {
        expect((await database.run(up)).output).toContain('Another migration is already running');
      });
      expect(await state(database, history)).toEqual(unrecorded);
      expect((await database.run(up)).output).toContain('already exists');
      expect((await database.run(`${up} --fake`)).status).toBe(0);
      expect(await state(database, history)).toEqual(all);
      expect((await database.run(up)).output).toContain('No migrations to run');
    });
  });

  it.each([
    ['Drizzle, by drizzle-kit', 'drizzle', `${program('drizzle-kit')} migrate`, 'SELECT hash FROM drizzle.__drizzle_migrations'],
    ['Drizzle, by its migrator', 'drizzle', 'node migrate.js', 'SELECT hash FROM drizzle.__drizzle_migrations'],
    ['db-migrate', 'db-migrate', `${program('db-migrate')} up`, 'SELECT name FROM migrations'],
  ])('%s leaves nothing: run it again', async (_, fixture, command, history) => {
    const database = await at(fixture);
    await database.killInside(command, 'ALTER TABLE');
    expect(await state(database, history)).toEqual(nothing);
    expect((await database.run(command)).status).toBe(0);
    expect(await state(database, history)).toEqual(all);
  });

  const withoutPsql = requireOrSkip('psql', onPath('psql') ? undefined : 'psql is not on PATH (apt-get install postgresql-client)');
  it.skipIf(withoutPsql)('psql leaves every statement that was done: take it back by hand', async () => {
    const script = 'psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f script.sql';
    const database = await at('psql');
    await database.killInside(script, 'ALTER TABLE');
    expect(await state(database, 'SELECT code FROM currencies')).toEqual({ column: true, index: 'none', history: 0 });
    expect((await database.run(script)).status).toBe(3);
    await database.query('ALTER TABLE invoices DROP COLUMN currency');
    await database.query('DROP TABLE currencies');
    expect((await database.run(script)).status).toBe(0);
    expect(await state(database, 'SELECT code FROM currencies')).toEqual(all);
  });
});
