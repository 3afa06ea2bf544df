import { relationKey } from '../../model/catalog';
import { quoteIdentifier } from '../../parse/postgres/identifiers';
import { spoken } from '../../rollback/names';
import { renameIdentifier } from '../../schema/definitions';
import type { Dirt, DirtAnswer } from './recipe';
import type { DirtSituation } from './situation';

const alterDomain = /^\s*ALTER\s+DOMAIN\s+(?:("[^"]+"|[\w$]+)\s*\.\s*)?("[^"]+"|[\w$]+)\s+([\s\S]*)$/i;

/** ALTER DOMAIN ... ADD CHECK, SET NOT NULL: rows of before in columns of the domain. Undefined for any other statement. */
export function forDomain({ statement, before }: DirtSituation): DirtAnswer | undefined {
  const [, , name, action = ''] = alterDomain.exec(statement.sent) ?? [];
  if (name === undefined || /\bNOT\s+VALID\b/i.test(action)) return undefined;
  const check = /^ADD\s+(?:CONSTRAINT\s+(?:"[^"]+"|[\w$]+)\s+)?CHECK\s*\(([\s\S]*)\)\s*;?\s*$/i.exec(action)?.[1];
  const required = /^SET\s+NOT\s+NULL\b/i.test(action) || /^ADD\s+(?:CONSTRAINT\s+\S+\s+)?NOT\s+NULL\b/i.test(action);
  if (check === undefined && !required) return undefined;
  const domain = name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase();
  const candidates = before.tables.flatMap((table) =>
    table.columns
      .filter(({ type }) => type === domain || type.endsWith(`.${domain}`))
      .map((column): Dirt => {
        const where = `${spoken(table)}.${column.name}`;
        if (check === undefined) {
          const recipe = { kind: 'null', column: column.name } as const;
          return { table: relationKey(table), description: `a row whose ${where} is NULL`, errors: ['23502'], recipe };
        }
        const expression = renameIdentifier(check, 'value', column.name);
        const recipe = { kind: 'condition false', expression, columns: [column.name] } as const;
        const description = `a row whose ${where} does not meet ${check}`;
        return { table: relationKey(table), description, errors: ['23514'], recipe };
      }),
  );
  return { candidates, otherwise: `No column of before has the domain ${quoteIdentifier(domain)}, or none can break it.` };
}
