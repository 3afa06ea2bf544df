import type { MysqlCase } from '../case';

export default {
  title: 'A lock by name, held while the table is changed',
  migration: `
SELECT GET_LOCK('migration', 5);
ALTER TABLE orders ADD COLUMN currency char(3);
SELECT RELEASE_LOCK('migration');
`,
  // No session of ours holds the lock by its name, so nothing can strike while it is asked for.
  idle: [1, 3],
  // The server's half of the connection still has it.
  except: { 'lost-ack@during:1..after:2': 'stuck' },
} satisfies MysqlCase;
