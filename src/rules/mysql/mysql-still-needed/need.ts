import type { Fix } from '../../../model/finding';
import { quoteIdentifier, quoteQualified } from '../../../parse/mysql/identifiers';
import type { RuleContext, Step } from '../../context';
import { insertStatement } from '../../edits';
import type { ForeignKey } from '../foreign-keys';

/** Something that stands in the way of a drop or a change. */
export interface Need {
  /** `customers`. */
  readonly what: string;
  /** `the foreign key orders_customer of orders`. */
  readonly by: string;
  /** The error numbers, as the server gives them: `3730`. */
  readonly code: string;
  readonly help: string;
  readonly fix?: Fix;
}

/** In the way stands a foreign key. With `goes`, dropping it before is what was forgotten, and a fix. */
export function neededByForeignKey(
  context: RuleContext,
  step: Step,
  key: ForeignKey,
  need: Pick<Need, 'what' | 'code'> & { readonly goes: boolean; readonly help?: string },
): Need {
  const { child, constraint } = key;
  const statement = `ALTER TABLE ${quoteQualified(child.schema === '' ? undefined : child.schema, child.name)} DROP FOREIGN KEY ${quoteIdentifier(constraint.name)};`;
  return {
    what: need.what,
    code: need.code,
    by: `the foreign key ${constraint.name} of ${child.name}`,
    help: need.help ?? `Drop the foreign key first: ${statement}`,
    ...(need.goes && {
      fix: { title: `Drop ${constraint.name} first`, safe: false, edits: [insertStatement(context, step.statement.span.start, statement)] },
    }),
  };
}
