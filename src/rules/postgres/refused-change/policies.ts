import { as } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import type { Step } from '../../context';
import type { Examples } from '../../rule';
import type { Refusal } from './refusal';

/** A condition that its command has no use for (manual, CREATE POLICY, "Policies Applied by Command Type"). */
export function refusedPolicy({ statement }: Step): Refusal | undefined {
  const { sent } = statement;
  if (!/\bfor\s+(?:select|insert|delete)\b/i.test(sent)) return undefined;
  const policy = as(statementTree(sent), 'CreatePolicyStmt');
  if (policy?.cmd_name === 'insert' && policy.qual !== undefined) {
    return {
      why: 'A policy FOR INSERT has WITH CHECK alone: there is no row yet that USING could look at',
      code: '42601',
      help: 'Write the condition behind WITH CHECK.',
    };
  }
  if ((policy?.cmd_name !== 'select' && policy?.cmd_name !== 'delete') || policy.with_check === undefined) return undefined;
  return {
    why: `A policy FOR ${policy.cmd_name.toUpperCase()} has USING alone: it writes no row that WITH CHECK could look at`,
    code: '42601',
    help: 'Write the condition behind USING.',
  };
}

const table = 'CREATE TABLE notes (id int PRIMARY KEY, owner text);\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n';

export const policyExamples: Examples = {
  bad: [
    {
      title: 'Conditions that the command of a policy does not have',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: table },
        {
          path: '02.sql',
          text: 'CREATE POLICY a ON notes FOR SELECT WITH CHECK (true);\nCREATE POLICY b ON notes FOR INSERT TO PUBLIC USING (owner = current_user);\nCREATE POLICY c ON notes FOR DELETE USING (true) WITH CHECK (true);\n',
        },
      ],
      findings: [
        { at: 'CREATE POLICY a ON notes FOR SELECT WITH CHECK (true)', says: 'has USING alone' },
        { at: 'CREATE POLICY b ON notes FOR INSERT TO PUBLIC USING (owner = current_user)', says: 'behind WITH CHECK' },
        { at: 'CREATE POLICY c ON notes FOR DELETE USING (true) WITH CHECK (true)', says: '42601' },
      ],
    },
  ],
  good: [
    {
      title: 'Each with its own',
      framework: 'sql',
      majors: [12, 18],
      files: [
        { path: '01.sql', text: table },
        {
          path: '02.sql',
          text: "CREATE POLICY a ON notes FOR SELECT USING (substring(owner for 3) <> 'x');\nCREATE POLICY b ON notes FOR INSERT WITH CHECK (owner = current_user);\nCREATE POLICY c ON notes FOR DELETE USING (true);\nCREATE POLICY d ON notes FOR UPDATE USING (true) WITH CHECK (true);\nCREATE POLICY e ON notes USING (true) WITH CHECK (true);\n",
        },
      ],
    },
  ],
};
