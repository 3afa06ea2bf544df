import type { SuiteCase } from '../case';

export default {
  title: 'A table of bookings, in which none may overlap',
  migration: `
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE bookings (room integer NOT NULL, during tstzrange NOT NULL);
ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);
`,
  stays: { 1: 'resumable', 2: 'broken' },
} satisfies SuiteCase;
