import type { SuiteCase } from '../case';

export default {
  title: 'Triggers are off while rows change: stopped in between they stay off, until a retry',
  modes: ['triggers disabled'],
  before: `
CREATE TABLE orders (id bigserial PRIMARY KEY, total numeric(12,2) NOT NULL, note text, touched integer NOT NULL DEFAULT 0);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END';
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
`,
  migration: `
ALTER TABLE orders DISABLE TRIGGER orders_touch;
UPDATE orders SET note = 'order ' || id;
ALTER TABLE orders ENABLE TRIGGER orders_touch;
`,
  stays: { 1: 'resumable', 2: 'resumable back~' },
} satisfies SuiteCase;
