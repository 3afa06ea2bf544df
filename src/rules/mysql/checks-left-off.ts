import { headRange, type OperationOf, operationsOf, type RuleContext, type Step } from '../context';
import { insertBehind } from '../edits';
import type { Rule, Violation } from '../rule';

export const checksLeftOff: Rule = {
  id: 'checks-left-off',
  title: 'Checks switched off and not on again',
  severity: 'error',
  engines: ['mysql', 'mariadb'],
  explanation: `foreign_key_checks and unique_checks hold for the session: what comes after, the next migrations on the same connection too, writes rows that no key looks at, and nothing tells. SET GLOBAL switches them off for everybody. An empty sql_mode lets values be cut off and dates be zero without an error.

Switch them on again right after the statement that needs it, and never globally.

Silent where a later statement of the migration sets them back.`,
  bad: [
    {
      title: 'For the rest of the session',
      framework: 'sql',
      files: [{ path: '0001_c.sql', text: 'SET foreign_key_checks = 0;\nDELETE FROM users WHERE id = 1;\n' }],
      findings: [{ at: 'SET foreign_key_checks = 0', says: 'foreign_key_checks' }],
      fixed: [
        { path: '0001_c.sql', text: 'SET foreign_key_checks = 0;\nDELETE FROM users WHERE id = 1;\nSET SESSION foreign_key_checks = 1;\n' },
      ],
    },
    {
      title: 'For everybody',
      framework: 'sql',
      files: [{ path: '0001_c.sql', text: 'SET GLOBAL foreign_key_checks = OFF;\nSELECT 1;\nSET GLOBAL foreign_key_checks = ON;\n' }],
      findings: [{ at: 'SET GLOBAL foreign_key_checks = OFF', says: 'everybody' }],
    },
  ],
  good: [
    {
      title: 'Set back, by value or by what it was',
      framework: 'sql',
      files: [
        {
          path: '0001_c.sql',
          text: 'SET @old = @@foreign_key_checks;\nSET foreign_key_checks = 0;\nDELETE FROM users WHERE id = 1;\nSET foreign_key_checks = @old;\nSET unique_checks = 0;\nSET unique_checks = 1;\n',
        },
      ],
    },
  ],
  check: (context) => {
    const settings = operationsOf(context, 'set').filter(({ operation }) => checks.has(operation.name) && operation.scope !== 'statement');
    return settings.flatMap(({ step, operation }, position) => {
      if (!isOff(operation)) return [];
      const global = operation.scope === 'global' || operation.scope === 'persist';
      const restored = settings.slice(position + 1).some((later) => later.operation.name === operation.name && !isOff(later.operation));
      return restored && !global ? [] : [violation(context, step, operation, global)];
    });
  },
};

const checks: ReadonlySet<string> = new Set(['foreign_key_checks', 'unique_checks', 'check_constraint_checks']);

function isOff({ value }: OperationOf<'set'>): boolean {
  return /^['"]?(0|off|false)['"]?$/i.test(value ?? '');
}

function violation(context: RuleContext, step: Step, { name }: OperationOf<'set'>, global: boolean): Violation {
  const last = context.steps.at(-1)?.statement.span ?? step.statement.span;
  return {
    range: headRange(context, step.statement),
    message: global
      ? `This switches ${name} off for everybody who connects from now on: rows that no key looks at come in from all sides.`
      : `${name} stays off for the rest of the session, in which ${context.framework.displayName} may go on with the next migrations: rows that no key looks at come in, and nothing tells.`,
    help: global ? 'Set it for the session alone, and on again.' : `Put SET SESSION ${name} = 1 behind the statement that needs it off.`,
    fixes: global
      ? []
      : [{ title: 'Switch it on again at the end', safe: false, edits: [insertBehind(context, last, `\nSET SESSION ${name} = 1;`)] }],
  };
}
