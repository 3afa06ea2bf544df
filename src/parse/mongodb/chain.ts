import type * as t from '@babel/types';

/** `db.getCollection("a").find({}).limit(5)` taken apart: `db`, then what is done with it step by step. */
export interface Chain {
  /** The first word: `db`, `session`, `rs`. Undefined when it begins with something else. */
  readonly root: t.Identifier | undefined;
  readonly steps: readonly Step[];
}

/** One `.name`, `["name"]` or `.name(...)`; the name is undefined when only a run would tell it. */
export interface Step {
  readonly name: string | undefined;
  /** Of the name. */
  readonly key: t.Node;
  /** Absent where nothing is called. */
  readonly call?: t.CallExpression;
}

/** Takes a chain of members and calls apart. `isKnown` says whether a name is read as it stands. */
export function chainOf(expression: t.Expression, isKnown: (name: t.Node) => boolean): Chain {
  const steps: Step[] = [];
  let node: t.Node = expression;
  let call: t.CallExpression | undefined;
  for (;;) {
    if (node.type === 'AwaitExpression' && call === undefined) {
      node = node.argument;
    } else if (node.type === 'CallExpression' && call === undefined) {
      call = node;
      node = node.callee;
    } else if (node.type === 'MemberExpression') {
      steps.push({ name: nameOfMember(node, isKnown), key: node.property, ...(call !== undefined && { call }) });
      call = undefined;
      node = node.object;
    } else if (node.type === 'Identifier') {
      // A call of the first word itself, `print("x")`, is its only step.
      if (call !== undefined) steps.push({ name: node.name, key: node, call });
      return { root: call === undefined ? node : undefined, steps: steps.reverse() };
    } else {
      return { root: undefined, steps: [] };
    }
  }
}

function nameOfMember({ property, computed }: t.MemberExpression, isKnown: (name: t.Node) => boolean): string | undefined {
  if (!isKnown(property)) return undefined;
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  return property.type === 'StringLiteral' ? property.value : undefined;
}
