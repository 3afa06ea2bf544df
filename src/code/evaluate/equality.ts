import { constantText } from '../text';
import type { ChoiceValue, Value } from '../value';

type Known = Exclude<Value, ChoiceValue>;
export type Constant = string | number | boolean | bigint | null | undefined;

/** A value as JavaScript has it, where it is a primitive or constant text. */
export function constantOf(value: Known): { readonly value: Constant } | undefined {
  if (value.kind === 'primitive') return { value: value.value };
  const text = constantText(value);
  return text === undefined ? undefined : { value: text };
}

/** Whether `left == right` (loosely) or `left === right`; undefined when it is not known. */
export function areEqual(loosely: boolean, left: Known, right: Known): boolean | undefined {
  if (left === right && left.kind !== 'unknown') return true;
  const one = constantOf(left);
  const two = constantOf(right);
  // biome-ignore lint/suspicious/noDoubleEquals: it is what the code does.
  if (one !== undefined && two !== undefined) return loosely ? one.value == two.value : one.value === two.value;
  if (left.kind === 'unknown' || right.kind === 'unknown') return undefined;
  if (left.kind === 'text' || right.kind === 'text') {
    // Text with holes is text: it is no number and not null.
    return left.kind === right.kind || loosely ? undefined : false;
  }
  return false;
}
