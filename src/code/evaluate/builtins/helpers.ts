import { nativeFunction } from '../../native';
import { undefinedValue, type Value } from '../../value';
import type { Evaluator } from '../evaluator';

/**
 * What TypeScript and Babel write into compiled files (tslib has the same under the same names): they are not followed, since what they
 * do with generators is told more simply.
 */
export function compilerHelpers(machine: Evaluator): ReadonlyMap<string, Value> {
  // __awaiter(this, arguments, Promise, function* () { ... })
  const awaiter = nativeFunction(
    '__awaiter',
    (call) => {
      const body = call.arg(3);
      if (body.kind !== 'function') return undefinedValue;
      machine.invokeFunction(body, [], { place: call.place, argPlaces: [] }, call.arg(0));
      return undefinedValue;
    },
    false,
  );
  // _asyncToGenerator(function* () { ... })
  const wrapper = nativeFunction('_asyncToGenerator', (call) => call.arg(0), false);
  return new Map([
    ['__awaiter', awaiter],
    ['_asyncToGenerator', wrapper],
  ]);
}
