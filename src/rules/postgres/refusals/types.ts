import type { Fix } from '../../../model/finding';
import { quoteIdentifier } from '../../../parse/postgres/identifiers';
import { findColumn, findTable } from '../../../schema/lookup';
import type { OperationOf, RuleContext, Step } from '../../context';
import { insertAt } from '../../edits';
import { onceForFolder } from '../../once';
import { explicitCast, turnsByItself } from './casts';
import type { Refusal } from './refusal';

const hasOwnCasts = onceForFolder((files) => files.some(({ text }) => /\bcreate\s+cast\b/i.test(text)));

/** A type that the column's values, or its default, do not turn into by themselves. */
export function refusedType(context: RuleContext, step: Step, operation: OperationOf<'alter column type'>): Refusal | undefined {
  const column = findColumn(findTable(step.before, operation.table), operation.column);
  if (column === undefined || turnsByItself(step.before, column.type, operation.type) !== false || hasOwnCasts(context)) return undefined;
  const keepsDefault =
    column.default !== undefined &&
    !/^null\b/i.test(column.default) &&
    !step.statement.operations.some((other) => other.kind === 'drop default' && other.column === column.name);
  const cast = explicitCast(step.before, column.type, operation.type, quoteIdentifier(column.name));
  const using = operation.using === undefined ? cast : undefined;
  if (operation.using !== undefined && !keepsDefault) return undefined;
  const what = operation.using === undefined ? column.name : `The default of ${column.name}`;
  const fix = typeFix(context, step, operation, using, keepsDefault ? column.default : undefined);
  return {
    why: `${what} is ${column.type}, which does not turn into ${operation.type} by itself`,
    code: '42804',
    help:
      operation.using === undefined
        ? `Say how: USING ${cast ?? `an expression of type ${operation.type}`}.${keepsDefault ? ' Drop the default before, and set the new one behind.' : ''}`
        : 'USING is for the rows alone. Drop the default before, and set the new one behind, in the same ALTER TABLE.',
    ...(fix !== undefined && { fix }),
  };
}

function typeFix(
  context: RuleContext,
  step: Step,
  operation: OperationOf<'alter column type'>,
  using: string | undefined,
  defaultText: string | undefined,
): Fix | undefined {
  const { span } = operation;
  if (context.program.rendering !== undefined || span === undefined || (operation.using === undefined && using === undefined))
    return undefined;
  const column = quoteIdentifier(operation.column);
  // A text is read by the new type; anything else has to be thought of.
  const literal = defaultText === undefined ? undefined : /^'(?:[^']|'')*'(?=$|::)/.exec(defaultText)?.[0];
  if (defaultText !== undefined && literal === undefined) return undefined;
  const setsDefault = step.statement.operations.some((other) => other.kind === 'set default' && other.column === operation.column);
  const before = literal === undefined ? '' : `ALTER COLUMN ${column} DROP DEFAULT, `;
  const behind = literal === undefined || setsDefault ? '' : `, ALTER COLUMN ${column} SET DEFAULT ${literal}`;
  return {
    title: before === '' ? `Convert by USING ${using}` : 'Drop the default before, and set it again behind',
    safe: false,
    edits: [
      ...(before === '' ? [] : [insertAt(context, span.start, before)]),
      insertAt(context, span.end, `${using === undefined ? '' : ` USING ${using}`}${behind}`),
    ],
  };
}
