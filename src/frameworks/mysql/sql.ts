import type { RunProtocol } from '../../model/run-protocol';

/** A file as the `mysql` client runs it: statement by statement, up to the first that is refused. */
export const sqlOnMysql: RunProtocol = {
  bookkeepingTables: [],
  setup: [],
  steps: ({ up }) => up.statements.map(({ index, sent }) => ({ kind: 'statements', statements: [index], text: sent })),
  onError: () => [],
  markApplied: () => [],
  markNotApplied: () => [],
  recorded: () => 'absent',
};
