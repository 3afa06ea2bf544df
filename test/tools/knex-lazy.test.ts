import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Builder = Promise<unknown>;
interface Knex {
  (table: string): { update(values: object): Builder };
  raw(sql: string): Builder;
  schema: { createTable(name: string, build: (table: { increments(): void }) => void): Builder };
  client: { acquireConnection: () => Promise<never> };
}

/** What `promise-not-awaited` says of knex: a builder that is neither awaited nor returned sends nothing. */
test('knex asks for a connection when a builder is awaited, and not before', async () => {
  const make = createRequire(join(import.meta.dirname, 'package.json'))('knex') as (options: object) => Knex;
  const knex = make({ client: 'pg' });
  let asked = 0;
  knex.client.acquireConnection = () => {
    asked++;
    return Promise.reject(new Error('no server here'));
  };
  knex.raw('UPDATE t SET a = 1');
  knex('t').update({ a: 1 });
  knex.schema.createTable('u', (table) => table.increments());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toBe(0);
  await expect(knex.raw('UPDATE t SET a = 1')).rejects.toThrow('no server here');
  expect(asked).toBe(1);
});
