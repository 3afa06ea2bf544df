import type { ObjectName } from '../../../model/operation';
import type { RuleContext, Step } from '../../context';
import type { Need } from './need';

/** What a role owns, or has privileges on, unless a migration takes those from it all at once. */
export function roleUser({ files }: RuleContext, step: Step, { name }: ObjectName): Need | undefined {
  const taken = new RegExp(`\\b(?:drop|reassign)\\s+owned\\s+by\\b[^;]*(?<![\\w$])"?${name.replaceAll(/\W/g, '\\$&')}"?(?![\\w$])`, 'i');
  if (files.some(({ text }) => taken.test(text))) return undefined;
  const { tables, sequences, types, definitions, schemas } = step.before;
  const help = `REASSIGN OWNED BY ${name} TO another role, then DROP OWNED BY ${name}, which takes its privileges: in each database that it is used in.`;
  for (const [kind, objects] of [
    ['table', tables],
    ['sequence', sequences],
    ['type', types],
    ['', definitions],
    ['schema', schemas],
  ] as const) {
    for (const object of objects) {
      const words = `the ${kind === '' && 'kind' in object ? object.kind : kind} ${object.name}`;
      if (object.owner === name) return { what: `role ${name}`, by: `${words}, which it owns,`, code: '2BP01', help };
      if (object.grants?.some((grant) => grant.startsWith(`${name}=`)) === true)
        return { what: `role ${name}`, by: `a privilege on ${words}`, code: '2BP01', help };
    }
  }
  return undefined;
}
