import type { SuiteCase } from '../case';

export default {
  title: 'Expand: a new column beside the old one, kept equal by a trigger',
  migration: `
ALTER TABLE orders ADD COLUMN amount numeric(14,2);
CREATE FUNCTION orders_amount() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.amount := NEW.total; RETURN NEW; END';
CREATE TRIGGER orders_amount BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION orders_amount();
`,
  stays: { 1: 'broken', 2: 'broken' },
} satisfies SuiteCase;
