import type { ObjectName } from '../../../model/operation';
import type { Step } from '../../context';
import type { Need } from './need';

/** Something that is in a schema. */
export function schemaContent(step: Step, { name }: ObjectName): Need | undefined {
  const { tables, sequences, types, definitions } = step.before;
  const isIn = ({ schema }: { readonly schema: string }) => schema === name;
  const kinds: readonly string[] = ['view', 'materialized view', 'function', 'procedure', 'aggregate'];
  const definition = definitions.find((object) => isIn(object) && kinds.includes(object.kind));
  const table = tables.find((candidate) => isIn(candidate) && candidate.presumed !== true);
  const type = types.find(isIn);
  const sequence = sequences.find(isIn);
  const [kind, content] = (
    [
      [table?.kind ?? '', table],
      [definition?.kind ?? '', definition],
      [type?.kind === 'domain' ? 'domain' : 'type', type],
      ['sequence', sequence],
    ] as const
  ).find(([, found]) => found !== undefined) ?? ['', undefined];
  if (content === undefined) return undefined;
  return {
    what: `schema ${name}`,
    by: `the ${kind} ${name}.${content.name}`,
    code: '2BP01',
    help: 'Drop or move first what is in it, by name. CASCADE would drop all of it, unnamed.',
  };
}
