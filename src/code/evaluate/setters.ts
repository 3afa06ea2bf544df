import type { ClassValue, FunctionValue } from '../value';
import { lineage } from './instances';
import { keyName, methodOf } from './members';

/** The `set` accessor that the classes of an instance have for a name. */
export function prototypeSetter(type: ClassValue, name: string): FunctionValue | undefined {
  for (const own of lineage(type)) {
    for (const member of own.body.body) {
      if ((member.type === 'ClassMethod' || member.type === 'ClassPrivateMethod') && member.kind === 'set' && keyName(member) === name) {
        return methodOf(own, member, name);
      }
    }
  }
  return undefined;
}
