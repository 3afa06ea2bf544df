import { describe, expect, it } from 'vitest';
import { simulateFiles } from '../runner/simulating';
import { smallDiskMissing } from './small-disk';

const withoutDisk = await smallDiskMissing();

const shop = `CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL, nick text);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), total numeric(12,2) NOT NULL);
`;
const change = `ALTER TABLE orders ADD COLUMN weight int;
ALTER TABLE customers ALTER COLUMN nick SET NOT NULL;
CREATE UNIQUE INDEX customers_email ON customers (email);
`;

interface Way {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
  /** Verdicts of dirty data at statements 2 and 3, and of a full disk at 3. */
  readonly verdicts: readonly [string, string, string];
}

const ways: readonly Way[] = [
  {
    name: 'golang-migrate, one request',
    files: { '000001_shop.up.sql': shop, '000001_shop.down.sql': '', '000002_x.up.sql': change, '000002_x.down.sql': '' },
    target: '000002_x.up.sql',
    // All is undone but the dirty flag; without the rows being repaired, clearing it is not enough.
    verdicts: ['broken', 'broken', 'blocked'],
  },
  {
    name: 'dbmate, in a transaction',
    files: {
      '20260101_shop.sql': `-- migrate:up\n${shop}\n-- migrate:down\nDROP TABLE orders;\n`,
      '20260102_x.sql': `-- migrate:up\n${change}\n-- migrate:down\nALTER TABLE orders DROP COLUMN weight;\n`,
    },
    target: '20260102_x.sql',
    verdicts: ['rolled-back', 'rolled-back', 'rolled-back'],
  },
  {
    name: 'goose without a transaction',
    files: {
      '00001_shop.sql': `-- +goose Up\n${shop}\n-- +goose Down\nDROP TABLE orders;\n`,
      '00002_x.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${change}\n-- +goose Down\nALTER TABLE orders DROP COLUMN weight;\n`,
    },
    target: '00002_x.sql',
    verdicts: ['broken', 'broken', 'broken'],
  },
];

describe('as frameworks run it', () => {
  it.each(ways)('$name', async ({ files, target, verdicts }) => {
    const simulation = await simulateFiles(files, target, { faults: ['dirty-data', 'disk-full'], points: ['during'] });
    const cell = (id: string) => simulation.cells.find((candidate) => candidate.id === id);
    expect(simulation.cells.filter(({ status }) => status === 'failed')).toEqual([]);
    const [nulls, duplicates] = [cell('dirty-data@during:2'), cell('dirty-data@during:3')];
    expect(nulls).toMatchObject({ error: { code: '23502' }, dirt: { table: 'public.customers', rows: 1 }, verdict: verdicts[0] });
    expect(duplicates).toMatchObject({ error: { code: '23505' }, dirt: { rows: 2 }, verdict: verdicts[1] });
    for (const dirty of [nulls, duplicates]) {
      expect(dirty?.recovery).toMatchObject({ back: { verified: true }, forward: { verified: false, verifiedExceptLoss: true } });
    }
    if (withoutDisk) return;
    expect(cell('disk-full@during:1')).toMatchObject({ status: 'impossible' });
    expect(cell('disk-full@during:3')).toMatchObject({ error: { code: '53100' }, verdict: verdicts[2] });
  });
});
