import type * as t from '@babel/types';
import type { Scope } from '../scope';
import { type Place, undefinedValue, type Value } from '../value';
import { type CallSite, unknownCall } from './calls';
import { callSuper } from './classes';
import { isNullish } from './conditions';
import type { Evaluator } from './evaluator';
import { iterate } from './iteration';
import { memberName, superMember } from './members';

/** `f(a)`, `a.b(c)`, `a?.b(c)`, `super(a)`, `import('a')`. */
export function evaluateCall(machine: Evaluator, node: t.CallExpression | t.OptionalCallExpression, scope: Scope): Value {
  const place = machine.place(node, scope.path);
  const callee = withoutTypes(node.callee);
  if (callee.type === 'Super') {
    const { args, argPlaces } = evaluateArguments(machine, node.arguments, scope);
    return callSuper(machine, scope, args, { place, argPlaces });
  }
  if (callee.type === 'Import') {
    const [specifier] = evaluateArguments(machine, node.arguments, scope).args;
    return machine.modules.dynamicImport(specifier ?? undefinedValue, place, scope);
  }
  const calleePlace = machine.place(callee, scope.path);
  if (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') {
    return callOfMember(machine, node, callee, scope, place, calleePlace);
  }
  const value = machine.expression(callee, scope);
  if (node.type === 'OptionalCallExpression' && isNullish(value) === true) return undefinedValue;
  const { args, argPlaces } = evaluateArguments(machine, node.arguments, scope);
  return machine.invoke(value, args, { place, argPlaces, callee: calleePlace });
}

function callOfMember(
  machine: Evaluator,
  node: t.CallExpression | t.OptionalCallExpression,
  callee: t.MemberExpression | t.OptionalMemberExpression,
  scope: Scope,
  place: Place,
  calleePlace: Place,
): Value {
  if (callee.object.type === 'Super') {
    const method = superMember(machine, callee, scope);
    const { args, argPlaces } = evaluateArguments(machine, node.arguments, scope);
    return machine.invoke(method, args, { place, argPlaces, callee: calleePlace }, scope.read('this'));
  }
  const receiver = machine.expression(callee.object, scope);
  if (callee.type === 'OptionalMemberExpression' && isNullish(receiver) === true) return undefinedValue;
  const property = memberName(machine, callee, scope);
  const { args, argPlaces } = evaluateArguments(machine, node.arguments, scope);
  const site: CallSite = { place, argPlaces, callee: calleePlace };
  if (property !== undefined) return machine.invokeMember(receiver, property, args, site);
  return unknownCall(
    machine,
    machine.unknownAt(callee, scope.path, { why: 'which method it calls is known only when it runs' }),
    receiver,
    args,
    site,
  );
}

/** `new A(b)`. */
export function evaluateNew(machine: Evaluator, node: t.NewExpression, scope: Scope): Value {
  const place = machine.place(node, scope.path);
  const type = machine.expression(node.callee, scope);
  const { args, argPlaces } = evaluateArguments(machine, node.arguments, scope);
  return machine.construct(type, args, { place, argPlaces, callee: machine.place(node.callee, scope.path) });
}

function evaluateArguments(
  machine: Evaluator,
  nodes: readonly t.CallExpression['arguments'][number][],
  scope: Scope,
): { readonly args: readonly Value[]; readonly argPlaces: readonly Place[] } {
  const args: Value[] = [];
  const argPlaces: Place[] = [];
  for (const node of nodes) {
    if (node == null) continue;
    if (node.type === 'SpreadElement') {
      const spread = iterate(machine, machine.expression(node.argument, scope));
      args.push(...spread.items);
      argPlaces.push(...spread.items.map(() => machine.place(node, scope.path)));
      if (spread.open) {
        args.push(machine.unknownAt(node.argument, scope.path));
        argPlaces.push(machine.place(node, scope.path));
      }
    } else if (node.type !== 'ArgumentPlaceholder') {
      args.push(machine.expression(node, scope));
      argPlaces.push(machine.place(node, scope.path));
    }
  }
  return { args, argPlaces };
}

function withoutTypes(node: t.CallExpression['callee']): t.CallExpression['callee'] {
  let inner = node;
  while (
    inner.type === 'TSNonNullExpression' ||
    inner.type === 'TSAsExpression' ||
    inner.type === 'TSSatisfiesExpression' ||
    inner.type === 'ParenthesizedExpression'
  )
    inner = inner.expression;
  return inner;
}
