import type { DefinedObject } from '../../../model/catalog';
import { relationKey } from '../../../model/catalog';
import { findNamed } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';

/** What a view is without an option that it had, by the option (manual, CREATE VIEW). */
const without: Readonly<Record<string, string>> = {
  security_invoker: 'the view reads its tables with the privileges of its owner, and row security no longer looks at who asks',
  security_barrier: 'functions in a query on it may be given rows that it hides',
  check_option: 'rows can be written through it that it does not show',
};

/** CREATE OR REPLACE VIEW sets the options anew, and so does DROP with CREATE: what the text does not say is gone. */
export function lostViewOption(context: RuleContext, step: Step, operation: OperationOf<'create object'>) {
  if (operation.objectKind !== 'view') return undefined;
  const made = findNamed(step.after.definitions, operation.object, step.after.searchPath);
  const then = made === undefined ? undefined : viewOf(context.before.definitions, made);
  const now = made === undefined ? undefined : viewOf(context.after.definitions, made);
  if (then === undefined || now === undefined || then.definition === now.definition) return undefined;
  const kept = optionsOf(now);
  const lost = [...optionsOf(then)].filter((option) => !kept.has(option));
  if (lost.length === 0) return undefined;
  return {
    message: `The view ${now.name} had ${lost.join(' and ')}, which a CREATE VIEW that does not say so takes away: without it ${without[lost[0] ?? '']}.`,
    help: `Say it again: ${lost.map((option) => (option === 'check_option' ? 'WITH CHECK OPTION at the end' : `WITH (${option} = true) behind the name`)).join(', ')}.`,
  };
}

function viewOf(definitions: readonly DefinedObject[], named: DefinedObject): DefinedObject | undefined {
  return definitions.find((object) => object.kind === 'view' && relationKey(object) === relationKey(named));
}

/** In the text of CREATE VIEW, and of each ALTER VIEW behind it: the last word counts. */
function optionsOf({ definition }: DefinedObject): ReadonlySet<string> {
  const text = definition.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const found = new Set<string>();
  for (const [, option = '', value] of text.matchAll(/\b(security_invoker|security_barrier|check_option)\b(?:\s*=\s*'?(\w+)'?)?/gi)) {
    const isOn = !/^(?:false|off|no|0)$/i.test(value ?? '');
    if (isOn) found.add(option.toLowerCase());
    else found.delete(option.toLowerCase());
  }
  for (const [, list = ''] of text.matchAll(/\breset\s*\(([^)]*)\)/gi))
    for (const option of list.split(',')) found.delete(option.trim().toLowerCase());
  if (/\bwith\s+(?:local\s+|cascaded\s+)?check\s+option\b/i.test(text)) found.add('check_option');
  return found;
}

export const viewOptionExamples: Examples = {
  bad: [
    {
      title: 'Options of a view that its new definition does not say',
      framework: 'flyway',
      majors: [15, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY, email text, active boolean);
CREATE VIEW own WITH (security_invoker = true) AS SELECT id FROM users;
CREATE VIEW active AS SELECT id FROM users WHERE active WITH CHECK OPTION;
CREATE VIEW names AS SELECT email FROM users;
ALTER VIEW names SET (security_barrier);
`,
        },
        {
          path: 'V2__v.sql',
          text: `CREATE OR REPLACE VIEW own AS SELECT id, email FROM users;
CREATE OR REPLACE VIEW active AS SELECT id FROM users WHERE active AND id > 0;
DROP VIEW names;
CREATE VIEW names AS SELECT lower(email) AS email FROM users;
`,
        },
      ],
      findings: [
        { at: 'CREATE OR REPLACE VIEW own AS SELECT id, email FROM users', says: 'had security_invoker' },
        { at: 'CREATE OR REPLACE VIEW active AS SELECT id FROM users WHERE active AND id > 0', says: 'had check_option' },
        { at: 'CREATE VIEW names AS SELECT lower(email) AS email FROM users', says: 'had security_barrier' },
      ],
    },
  ],
  good: [
    {
      title: 'Options of a view that are said again, set again, or were off',
      framework: 'flyway',
      majors: [15, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: `CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE VIEW own WITH (security_invoker = true) AS SELECT id FROM users;
CREATE VIEW names WITH (security_barrier = true) AS SELECT email FROM users;
CREATE VIEW plain WITH (security_invoker = false) AS SELECT id FROM users;
`,
        },
        {
          path: 'V2__v.sql',
          text: `CREATE OR REPLACE VIEW own WITH (security_invoker) AS SELECT id, email FROM users;
CREATE OR REPLACE VIEW names AS SELECT email, id FROM users;
ALTER VIEW names SET (security_barrier = true);
CREATE OR REPLACE VIEW plain AS SELECT id, email FROM users;
`,
        },
      ],
    },
  ],
};
