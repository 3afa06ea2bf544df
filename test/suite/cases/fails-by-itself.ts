import type { SuiteCase } from '../case';

export default {
  title: 'A migration that fails with no fault: nothing stays, and nothing leads to the end',
  migration: `
ALTER TABLE orders ADD COLUMN total numeric;
`,
  except: { '*@after:1': 'impossible', 'disconnect,lost-ack@during:1': 'rolled-back' },
} satisfies SuiteCase;
