import type { Catalog, DefinedObject } from '../../../model/catalog';
import { relationKey } from '../../../model/catalog';
import type { Fix } from '../../../model/finding';
import { catalogChanges } from '../../../rollback/changes';
import type { RuleContext, Step } from '../../context';
import { insertAt, insertBehind } from '../../edits';
import { takesSeveralOutside } from '../../fixes/outside';
import { asFrameworkStatement } from '../../fixes/statement';
import type { ColumnUser } from './column-users';

/**
 * A fix that drops what is in the way of a statement, with what needs that in turn, and makes all of it again behind it: as it was, with
 * its comments, privileges and indexes, and in one transaction with the change. Undefined where there is no such transaction, or where
 * something of it can't be written.
 */
export function madeAgain(context: RuleContext, step: Step, users: readonly ColumnUser[]): Fix | undefined {
  if (context.program.rendering !== undefined || users.some(isPublication)) return undefined;
  const without = catalogWithout(step.before, users);
  const options = { concurrently: false, isEmpty: () => false };
  const [drops, creates] = [catalogChanges(step.before, without, options), catalogChanges(without, step.before, options)];
  const all = [...drops, ...creates];
  if (
    all.length === 0 ||
    all.some(({ unknown, transactional, kind }) => unknown !== undefined || !transactional || kind === 'restore values')
  )
    return undefined;
  const alone = !step.inTransaction;
  if (alone && !takesSeveralOutside(context)) return undefined;
  const short = !context.text.includes('public.');
  const written = (text: string) => asFrameworkStatement(context, short ? text.replace(/(?<![\w".$'])public\.(?=["\w])/g, '') : text);
  const before = [...(alone ? ['BEGIN;'] : []), ...drops.map(({ text }) => written(text))];
  const behind = [...creates.map(({ text }) => written(text)), ...(alone ? ['COMMIT;'] : [])];
  const { span } = step.statement;
  return {
    title: `Drop ${users.length === 1 ? users[0]?.words : `what needs it (${users.length})`} before, and create it again behind`,
    safe: false,
    edits: [
      insertAt(context, span.start, before.map((text) => `${text}\n`).join('')),
      insertBehind(context, span, behind.map((text) => `\n${text}`).join('')),
    ],
  };
}

/** Its subscribers would miss what changes while it is away. */
function isPublication(user: ColumnUser): boolean {
  return user.kind === 'object' && user.object.kind === 'publication';
}

function catalogWithout(catalog: Catalog, users: readonly ColumnUser[]): Catalog {
  const going = new Set(users.flatMap((user) => (user.kind === 'object' ? withDependents(catalog, user.object) : [])));
  const policies = new Set(users.flatMap((user) => (user.kind === 'policy' ? [user.policy.identity] : [])));
  const triggers = new Set(users.flatMap((user) => (user.kind === 'trigger' ? [user.trigger.identity] : [])));
  return {
    ...catalog,
    definitions: catalog.definitions.filter((object) => !going.has(object)),
    tables:
      policies.size + triggers.size === 0
        ? catalog.tables
        : catalog.tables.map((table) => ({
            ...table,
            policies: table.policies.filter(({ identity }) => !policies.has(identity)),
            triggers: table.triggers.filter(({ identity }) => !triggers.has(identity)),
          })),
  };
}

/** An object with the views that read it, those that read them, and so on. */
function withDependents(catalog: Catalog, object: DefinedObject): DefinedObject[] {
  const key = relationKey(object);
  const readers = catalog.definitions.filter(
    (other) => (other.kind === 'view' || other.kind === 'materialized view') && other !== object && other.dependsOn.includes(key),
  );
  return [object, ...readers.flatMap((reader) => withDependents(catalog, reader))];
}
