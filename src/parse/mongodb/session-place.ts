import type * as t from '@babel/types';
import type { DocumentCommand } from '../../model/document';
import { ownSpan } from './values';

/**
 * Where a session can be written into a call whose options are its argument number `optionsAt`: among the options that are there, or as
 * a new argument. Undefined when it stands there already, and where the options are no literal. The offset counts in the parsed text.
 */
export function sessionPlace(call: t.CallExpression, optionsAt: number): DocumentCommand['sessionAt'] {
  const { arguments: given } = call;
  if (given.some(({ type }) => type === 'SpreadElement') || !Number.isInteger(optionsAt)) return undefined;
  const options = given[optionsAt];
  if (options !== undefined) return options.type === 'ObjectExpression' ? amongOptions(options) : undefined;
  const last = given.at(-1);
  if (last === undefined) {
    // Before the bracket that closes the call.
    const offset = ownSpan(call).end - 1;
    return { offset, before: `${'{}, '.repeat(optionsAt)}{ `, after: ' }' };
  }
  return { offset: ownSpan(last).end, before: `, ${'{}, '.repeat(optionsAt - given.length)}{ `, after: ' }' };
}

function amongOptions(options: t.ObjectExpression): DocumentCommand['sessionAt'] {
  const [first] = options.properties;
  if (first === undefined) return { offset: ownSpan(options).start + 1, before: ' ', after: ' ' };
  return options.properties.some(isSession) ? undefined : { offset: ownSpan(first).start, before: '', after: ', ' };
}

function isSession(property: t.ObjectExpression['properties'][number]): boolean {
  return property.type !== 'SpreadElement' && property.key.type === 'Identifier' && property.key.name === 'session';
}
