import type { ObjectName } from '../../../model/operation';
import { findNamed } from '../../../schema/lookup';
import type { Step } from '../../context';
import type { Examples } from '../../rule';
import type { Need } from './need';

/** Of several in different schemas, a name without its schema may mean another one. */
function isOnly(all: readonly { readonly name: string }[], { name }: { readonly name: string }): boolean {
  return all.filter((other) => other.name === name).length === 1;
}

/** The default of a serial column. An identity column's sequence can't be dropped either. */
export function numberedColumn(step: Step, name: ObjectName): Need | undefined {
  const sequence = findNamed(step.before.sequences, name, step.before.searchPath);
  if (sequence === undefined) return undefined;
  const { ownedBy } = sequence;
  if (ownedBy?.internal === true)
    return {
      what: `sequence ${sequence.name}`,
      by: `the identity column ${ownedBy.column} of ${ownedBy.table.replace(/^public\./, '')}`,
      code: '2BP01',
      help: 'ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY takes it away.',
    };
  const called = new RegExp(`nextval\\s*\\(\\s*'(?:"?([^'".]+)"?\\.)?"?${sequence.name.replaceAll(/\W/g, '\\$&')}"?'`, 'i');
  const isMeant = (text: string) => {
    const found = called.exec(text);
    return found !== null && (found[1] === undefined ? isOnly(step.before.sequences, sequence) : found[1] === sequence.schema);
  };
  for (const table of step.before.tables) {
    const column = table.columns.find((candidate) => candidate.default !== undefined && isMeant(candidate.default));
    if (column !== undefined)
      return { what: `sequence ${sequence.name}`, by: `the default of ${column.name} of ${table.name}`, code: '2BP01' };
  }
  return undefined;
}

export const sequenceExamples: Examples = {
  bad: [
    {
      title: 'The sequence of an identity column',
      framework: 'flyway',
      majors: [14, 18],
      files: [
        { path: 'V1__t.sql', text: 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY);\n' },
        { path: 'V2__d.sql', text: 'DROP SEQUENCE t_id_seq;\n' },
      ],
      findings: [{ at: 'DROP SEQUENCE t_id_seq', says: 'identity column id of t' }],
    },
  ],
  good: [
    {
      title: 'A sequence that has the name which another one had',
      framework: 'flyway',
      majors: [12, 18],
      files: [
        {
          path: 'V1__t.sql',
          text: 'CREATE TABLE t (id serial PRIMARY KEY);\nALTER SEQUENCE t_id_seq RENAME TO numbers;\nCREATE SEQUENCE t_id_seq;\n',
        },
        { path: 'V2__d.sql', text: 'DROP SEQUENCE t_id_seq;\n' },
      ],
    },
  ],
};
