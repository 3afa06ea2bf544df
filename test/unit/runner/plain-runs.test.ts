import { expect, test } from 'vitest';
import { emptyCatalog } from '../../../src/model/catalog';
import type { Engine } from '../../../src/model/engine';
import { keepsWholeSeconds } from '../../../src/runner/plain-runs';
import { column, table } from '../state/states';

const holding = (type: string) => ({ ...emptyCatalog, tables: [table('1', 'orders', { columns: [column('1', 'created_at', { type })] })] });

const postgres: Engine = { name: 'postgres', major: 18 };

test.each<[string, Engine, string, boolean]>([
  ['NOW() of MySQL has no fraction, wherever it is kept', { name: 'mysql', major: 9 }, 'bigint', true],
  ['nor has that of MariaDB', { name: 'mariadb', major: 11 }, 'datetime', true],
  ['a time of PostgreSQL has microseconds', postgres, 'timestamp with time zone', false],
  ['unless they are rounded away', postgres, 'timestamp(0) without time zone', true],
  ['milliseconds are enough to tell runs apart', postgres, 'timestamp(3) without time zone', false],
])('%s', (_, engine, type, expected) => {
  expect(keepsWholeSeconds(holding(type), engine)).toBe(expected);
});
