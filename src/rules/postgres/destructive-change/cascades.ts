import type { OperationOf, RuleContext, Step } from '../../context';
import type { Examples, Violation } from '../../rule';
import { triggeredFunction } from '../still-needed/functions';
import { violation } from './violation';

/** DROP FUNCTION ... CASCADE takes the triggers along that execute it (manual, "Dependency Tracking"). */
export function checkCascade(context: RuleContext, step: Step, operation: OperationOf<'drop object'>): Violation[] {
  if (!operation.cascade || operation.objectKind !== 'function') return [];
  for (const name of operation.objects) {
    const need = triggeredFunction(step, name);
    if (need === undefined || standsAgain(context, need.by)) continue;
    const message = `CASCADE takes ${need.by} along with function ${name.name}, unnamed: from then on rows are written without what it did.`;
    return [
      violation(
        context,
        step,
        operation,
        message,
        'Drop what is meant to go by its name, or make the trigger again in the same migration.',
      ),
    ];
  }
  return [];
}

function standsAgain({ after }: RuleContext, trigger: string): boolean {
  return after.tables.some((table) => table.triggers.some(({ name }) => `the trigger ${name} of ${table.name}` === trigger));
}

export const cascadeExamples: Examples = {
  bad: [
    {
      title: 'A function with its trigger',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\nCREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE TRIGGER audited BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION audit();\n',
        },
        { path: 'V2__d.sql', text: 'DROP FUNCTION audit() CASCADE;\n' },
      ],
      findings: [{ at: 'DROP FUNCTION audit() CASCADE', says: 'the trigger audited of users' }],
    },
  ],
  good: [
    {
      title: 'A function with its trigger, which is made again; one that nothing needs',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\nCREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\nCREATE TRIGGER audited BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION audit();\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP FUNCTION other() CASCADE;\nDROP FUNCTION audit() CASCADE;\nCREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;\nCREATE TRIGGER audited BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION audit();\n',
        },
      ],
    },
  ],
};
