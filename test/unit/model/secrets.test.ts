import { describe, expect, it } from 'vitest';
import { hidePasswords, withoutPasswords } from '../../../src/model/secrets';

describe('passwords', () => {
  it.each([
    ['psql postgres://me:s/e@c:ret@host/db', 'psql postgres://me:***@host/db'],
    ['PGPASSWORD=secret psql -h host', 'PGPASSWORD=*** psql -h host'],
    ["migrate --password 'two words' up", 'migrate --password *** up'],
    ["node m.js 'host=h password=secret dbname=x'", "node m.js 'host=h password=*** dbname=x'"],
    ['m postgres://h/db?user=a&password=secret&sslmode=disable', 'm postgres://h/db?user=a&password=***&sslmode=disable'],
    ['Host=h;Password=secret;Database=x', 'Host=h;Password=***;Database=x'],
  ])('are not shown: %s', (text, shown) => {
    expect(withoutPasswords(text)).toBe(shown);
  });

  it.each([
    'npx knex migrate:latest',
    'psql "$DATABASE_URL" -f a.sql',
    'password authentication failed for user "x"',
    'http://host:3000/x',
  ])('leave alone what holds none: %s', (text) => {
    expect(withoutPasswords(text)).toBe(text);
  });
});

it('hides passwords in a line so that what points into it still does', () => {
  const line = "const client = new MongoClient('mongodb://app:s3cr@t@db.example.com/shop?w=1');";
  const hidden = hidePasswords(line);
  expect(hidden).toBe("const client = new MongoClient('mongodb://app:******@db.example.com/shop?w=1');");
  expect(hidden).toHaveLength(line.length);
});
