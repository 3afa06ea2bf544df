import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { knex as framework } from '../../src/frameworks/code/knex';
import { loadParser } from '../../src/parse/load';
import { queryCases, schemaCases } from './knex/mysql-cases';
import { root, withoutTools } from './tools';

/** What is read from migrations of knex on MySQL, against knex itself with the client of mysql2. No server is asked. */

interface Builder {
  toQuery(): string;
  toSQL(): readonly { readonly sql: string; readonly bindings?: readonly unknown[] }[];
}

interface RealKnex {
  raw(sql: string, bindings: readonly unknown[]): Builder;
}

/** Blanks behind commas do not count. */
function even(sql: string): string {
  return sql.trim().replaceAll(', ', ',');
}

describe.skipIf(withoutTools())('the SQL of a call for MySQL', () => {
  const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };
  let real: RealKnex;
  beforeAll(async () => {
    await loadParser();
    const make = createRequire(join(root, 'knex.test.ts'))('knex') as (config: unknown) => RealKnex;
    real = make({ client: 'mysql2', log: silent });
  });

  /** What knex would send for it. */
  function wanted(code: string): readonly string[] {
    const builder = new Function('knex', `return ${code}`)(real) as Builder;
    if (!schemaCases.includes(code)) return [builder.toQuery()];
    return builder.toSQL().map(({ sql, bindings = [] }) => (bindings.length === 0 ? sql : real.raw(sql, bindings).toQuery()));
  }

  it.each([...schemaCases, ...queryCases])('%s', (code) => {
    const file = { path: '1_a.js', text: `exports.up = async function (knex) {\n  await ${code};\n};\nexports.down = async () => {};\n` };
    const [result] = framework.read([file], { engine: { name: 'mysql', major: 9 }, placeholders: {} });
    if (result?.ok !== true) throw new Error('not read');
    const { statements, unread } = result.value.up;
    expect(unread).toEqual([]);
    expect(statements.map(({ sent }) => even(sent))).toEqual(wanted(code).map(even));
    expect(statements.flatMap(({ unreadable }) => unreadable ?? [])).toEqual([]);
  });
});
