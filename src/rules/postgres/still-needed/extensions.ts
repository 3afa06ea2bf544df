import type { Table } from '../../../model/catalog';
import type { ObjectName } from '../../../model/operation';
import type { RuleContext, Step } from '../../context';
import type { Examples } from '../../rule';
import { callerOfName } from '../called-functions';
import { extensionParts } from './extension-parts';
import type { Need } from './need';
import { columnOfType, isRoutine, typeUser } from './types';

/** What was made of the types, functions and operator classes of an extension. */
export function extensionUser({ engine }: RuleContext, step: Step, { name }: ObjectName): Need | undefined {
  const parts = extensionParts(name, engine.major);
  const known = step.before.definitions.some((object) => object.kind === 'extension' && object.name === name);
  if (parts === undefined || !known) return undefined;
  const names = new Set(parts.types.flatMap((type) => [type, `public.${type}`]));
  const by =
    columnOfType(step.before.tables, names) ??
    indexByClass(step.before.tables, parts.operatorClasses) ??
    parts.functions
      .filter((called) => !step.before.definitions.some((object) => isRoutine(object.kind) && object.name === called))
      .map((called) => callerOfName(step.before, called, engine.major))
      .find((caller) => caller !== undefined) ??
    typeUser(step.before, names, []);
  return by === undefined ? undefined : { what: `extension ${name}`, by, code: '2BP01' };
}

function indexByClass(tables: readonly Table[], classes: readonly string[]): string | undefined {
  if (classes.length === 0) return undefined;
  const word = new RegExp(`(?<![\\w$])(?:${classes.join('|')})(?![\\w$])`, 'i');
  for (const table of tables) {
    const index = table.indexes.find(({ definition }) => word.test(definition));
    if (index !== undefined) return `the index ${index.name} of ${table.name}`;
  }
  return undefined;
}

export const extensionExamples: Examples = {
  bad: [
    {
      title: 'A schema that is not empty, extensions whose types and classes are in use',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE SCHEMA app;\nCREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\nCREATE EXTENSION citext;\nCREATE EXTENSION pg_trgm;\nCREATE EXTENSION "uuid-ossp";\nCREATE TABLE u (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), mail citext, t text);\nCREATE INDEX u_t ON u USING gin (t gin_trgm_ops);\n',
        },
        {
          path: 'V2__d.sql',
          text: 'DROP SCHEMA app RESTRICT;\nDROP EXTENSION citext;\nDROP EXTENSION IF EXISTS pg_trgm;\nDROP EXTENSION "uuid-ossp";\n',
        },
      ],
      findings: [
        { at: 'DROP SCHEMA app RESTRICT', says: 'The function app.f needs schema app' },
        { at: 'DROP EXTENSION citext', says: 'The column mail of u needs extension citext' },
        { at: 'DROP EXTENSION IF EXISTS pg_trgm', says: 'The index u_t of u' },
        { at: 'DROP EXTENSION "uuid-ossp"', says: 'The default of id of u' },
      ],
    },
  ],
  good: [],
};
