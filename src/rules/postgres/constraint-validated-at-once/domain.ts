import { relationKey, type Table, type TypeObject } from '../../../model/catalog';
import { as, strings } from '../../../parse/postgres/operations/nodes';
import { statementTree } from '../../../parse/postgres/read';
import { findNamed } from '../../../schema/lookup';
import { isInUse, type OperationOf, operationRange, type RuleContext, type Step, shownName } from '../../context';
import { lockEnd } from '../../phrases';
import type { Examples, Violation } from '../../rule';

/** A constraint of a domain is checked in all tables that have a column of it, each locked with SHARE (`get_rels_with_domain` of typecmds.c). */
export function checkDomain(context: RuleContext, step: Step, operation: OperationOf<'other'>): Violation[] {
  if (operation.node !== 'AlterDomainStmt') return [];
  const statement = as(statementTree(step.statement.sent), 'AlterDomainStmt');
  const constraint = as(statement?.def, 'Constraint');
  const isSetNotNull = statement?.subtype === 'O';
  if (!isSetNotNull && (statement?.subtype !== 'C' || constraint?.skip_validation === true)) return [];
  const parts = strings(statement?.typeName);
  const [schema] = parts.slice(0, -1);
  const name = { name: parts.at(-1) ?? '', ...(schema !== undefined && { schema }) };
  const domain = findNamed(step.before.types, name, step.before.searchPath);
  if (domain === undefined) return [];
  const tables = tablesWith(step, domain).filter((table) => isInUse(context, step, table));
  if (tables.length === 0) return [];
  const shown = tables.map((table) => table.name).join(', ');
  const isCheck = constraint?.contype === 'CONSTR_CHECK';
  return [
    {
      range: operationRange(context, step.statement, operation),
      message: `${isCheck ? 'This CHECK' : 'NOT NULL'} of the domain ${shownName(name)} reads every row of ${shown}, which ${tables.length === 1 ? 'is' : 'are'} locked against writes (SHARE) ${lockEnd(context, step)}, and is refused (${isCheck ? '23514' : '23502'}) if one of them breaks it.`,
      help: isCheck
        ? 'Add it NOT VALID, which reads nothing and holds for new values; VALIDATE CONSTRAINT takes the same locks, so let it run alone, when few write.'
        : 'Let it run alone, when few write; or say NOT NULL of the columns, which can be done without a scan under a lock.',
      fixes: [],
    },
  ];
}

/** Those with a column of the domain, or of a domain that is made of it. */
function tablesWith({ before }: Step, domain: TypeObject): readonly Table[] {
  const names = new Set([domain.name, relationKey(domain)]);
  for (const type of before.types) {
    if (type.domain !== undefined && names.has(type.domain.baseType)) names.add(type.name).add(relationKey(type));
  }
  return before.tables.filter(({ columns }) => columns.some(({ type }) => names.has(type)));
}

export const domainExamples: Examples = {
  bad: [
    {
      title: 'A constraint of a domain that tables have columns of',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE DOMAIN email AS text;\nCREATE DOMAIN work_email AS email;\nCREATE TABLE users (id bigint, mail email);\nCREATE TABLE staff (id bigint, mail work_email);\n',
        },
        {
          path: 'V2__d.sql',
          text: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%');\nALTER DOMAIN work_email SET NOT NULL;\n",
        },
      ],
      findings: [
        {
          at: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%')",
          says: 'users, staff, which are locked against writes (SHARE)',
        },
        { at: 'ALTER DOMAIN work_email SET NOT NULL', says: 'every row of staff' },
      ],
    },
  ],
  good: [
    {
      title: 'A domain: NOT VALID, or of no table that is in use',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE DOMAIN email AS text;\nCREATE DOMAIN color AS text;\nCREATE TABLE users (id bigint, mail email);\n',
        },
        {
          path: 'V2__d.sql',
          text: "ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE LIKE '%@%') NOT VALID;\nALTER DOMAIN email SET DEFAULT 'nobody@example.com';\nCREATE TABLE cars (id bigint, paint color);\nALTER DOMAIN color ADD CHECK (VALUE <> '');\n",
        },
      ],
    },
  ],
};
