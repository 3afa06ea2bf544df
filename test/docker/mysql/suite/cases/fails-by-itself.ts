import type { MysqlCase } from '../case';

export default {
  title: 'The second statement is refused without any fault',
  migration: `
ALTER TABLE orders ADD COLUMN currency char(3);
ALTER TABLE orders ADD COLUMN currency char(3);
`,
  stays: { 1: 'broken forward-' },
  except: {
    'disconnect,kill-session,crash,lost-ack@after:2': 'impossible',
    'disconnect,lost-ack,lock-timeout,statement-timeout@during:2': 'impossible',
  },
} satisfies MysqlCase;
