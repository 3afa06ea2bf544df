/** Real-looking migrations, one for each way in which a framework runs them. */
export interface Sample {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
}

const shop = `
CREATE TABLE customers (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  total numeric(12,2) NOT NULL,
  note varchar(50)
);
`;

const change = `
ALTER TABLE orders ADD COLUMN currency text;
UPDATE orders SET currency = 'EUR';
ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;
`;

export const samples: readonly Sample[] = [
  { name: 'plain SQL, autocommit', files: { '001_shop.sql': shop, '002_currency.sql': change }, target: '002_currency.sql' },
  {
    name: 'plain SQL with a transaction of its own',
    files: {
      '001_shop.sql': shop,
      '002_currency.sql': `BEGIN;${change}COMMIT;\nCREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\n`,
    },
    target: '002_currency.sql',
  },
  {
    name: 'dbmate, in a transaction',
    files: {
      '20260101_shop.sql': `-- migrate:up\n${shop}\n-- migrate:down\nDROP TABLE orders;\nDROP TABLE customers;\n`,
      '20260102_currency.sql': `-- migrate:up\n${change}\n-- migrate:down\nALTER TABLE orders DROP COLUMN currency;\n`,
    },
    target: '20260102_currency.sql',
  },
  {
    name: 'goose without a transaction',
    files: {
      '00001_shop.sql': `-- +goose Up\n${shop}\n-- +goose Down\nDROP TABLE orders;\nDROP TABLE customers;\n`,
      '00002_currency.sql': `-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE orders ADD COLUMN currency text;\nCREATE INDEX CONCURRENTLY orders_currency_idx ON orders (currency);\n-- +goose Down\nALTER TABLE orders DROP COLUMN currency;\n`,
    },
    target: '00002_currency.sql',
  },
  {
    name: 'golang-migrate, one request',
    files: {
      '000001_shop.up.sql': shop,
      '000001_shop.down.sql': 'DROP TABLE orders; DROP TABLE customers;',
      '000002_currency.up.sql': change,
      '000002_currency.down.sql': 'ALTER TABLE orders DROP COLUMN currency;',
    },
    target: '000002_currency.up.sql',
  },
  { name: 'Flyway', files: { 'V1__shop.sql': shop, 'V2__currency.sql': change }, target: 'V2__currency.sql' },
  {
    name: 'Prisma',
    files: {
      '20260101000000_shop/migration.sql': shop,
      '20260102000000_currency/migration.sql': change,
      'migration_lock.toml': 'provider = "postgresql"\n',
    },
    target: '20260102000000_currency/migration.sql',
  },
];
