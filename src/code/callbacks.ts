import type { NativeCall } from './native';
import { nullValue, type Value } from './value';

/** A function, in any of the forms in which code has one. */
export function isCallable(value: Value | undefined): value is Value {
  return value?.kind === 'function' || value?.kind === 'method' || (value?.kind === 'native' && value.call !== undefined);
}

/** Calls the last argument, if it is a function, with no error: nothing fails in the run that is read. */
export function callBack(call: NativeCall, ...results: readonly Value[]): void {
  const last = call.args.at(-1);
  if (isCallable(last)) call.machine.call(last, [nullValue, ...results], call.place);
}

/** What the code calls the result that its callback gets: `users` of `function (error, users) { ... }`. */
export function nameInCallback({ args }: NativeCall): string | undefined {
  const last = args.at(-1);
  const parameter = last?.kind === 'function' ? last.node.params[1] : undefined;
  return parameter?.type === 'Identifier' ? parameter.name : undefined;
}
