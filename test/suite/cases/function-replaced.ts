import type { SuiteCase } from '../case';

export default {
  title: 'A function is replaced, and a trigger made that may be there',
  migration: `
CREATE OR REPLACE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := upper(NEW.note); RETURN NEW; END';
CREATE OR REPLACE TRIGGER orders_shout BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION shout();
`,
  stays: { 1: 'resumable' },
} satisfies SuiteCase;
