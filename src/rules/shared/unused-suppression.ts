import type { Rule } from '../rule';

export const unusedSuppression: Rule = {
  id: 'unused-suppression',
  title: 'Suppression that suppresses nothing',
  severity: 'warning',
  explanation: `A comment \`-- faultline-ignore RULE: reason\` stands before a statement in which that rule finds nothing. Perhaps the statement was
changed, or the rule's name is misspelt; if it stays, it will hide the next finding that nobody has thought about.

Remove the comment, or correct the rule's name. Comments of squawk (\`-- squawk-ignore\`) are honoured where their rule has one of ours beside it, and are
never reported.`,
  bad: [
    {
      title: 'Nothing to suppress',
      framework: 'sql',
      files: [{ path: '0001_tables.sql', text: '-- faultline-ignore destructive-change: agreed\nCREATE TABLE a (id int);\n' }],
      findings: [{ at: '-- faultline-ignore destructive-change: agreed', says: 'destructive-change' }],
      fixed: [{ path: '0001_tables.sql', text: 'CREATE TABLE a (id int);\n' }],
    },
    {
      title: 'No rule of that name',
      framework: 'sql',
      files: [{ path: '0001_tables.sql', text: '-- faultline-ignore destructive-chnage: agreed\nCREATE TABLE a (id int);\n' }],
      findings: [{ at: '-- faultline-ignore destructive-chnage: agreed', says: 'no rule' }],
    },
  ],
  good: [{ title: 'No suppression', framework: 'sql', files: [{ path: '0001_tables.sql', text: 'CREATE TABLE a (id int);\n' }] }],
  // Suppressions are matched with the findings of all other rules, so lint/suppressions.ts finds these.
  check: () => [],
};
