import type { Node } from '@babel/types';
import type { ParsedCode } from '../parse';
import { walk } from '../walk';

/** The nodes of a file by where they stand, and what each stands in. Made once for a file. */
export interface CodeNodes {
  /** The outermost node of exactly this span. */
  at(start: number, end: number): Node | undefined;
  parent(node: Node): Node | undefined;
  /** The innermost node that an offset lies in. */
  around(offset: number): Node | undefined;
}

const known = new WeakMap<ParsedCode, CodeNodes>();

/** The nodes of a parsed file. */
export function nodesOf(code: ParsedCode): CodeNodes {
  const found = known.get(code) ?? read(code);
  known.set(code, found);
  return found;
}

function read(code: ParsedCode): CodeNodes {
  const bySpan = new Map<string, Node>();
  const parents = new Map<Node, Node>();
  walk(code.program, (node) => {
    const key = `${node.start}:${node.end}`;
    if (!bySpan.has(key)) bySpan.set(key, node);
    for (const value of Object.values(node)) {
      const children: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const child of children) if (isNode(child)) parents.set(child, node);
    }
    return undefined;
  });
  return {
    at: (start, end) => bySpan.get(`${start}:${end}`),
    parent: (node) => parents.get(node),
    around(offset) {
      let innermost: Node | undefined;
      walk(code.program, (node) => {
        const isAround = (node.start ?? 0) <= offset && offset < (node.end ?? 0);
        if (isAround) innermost = node;
        return isAround;
      });
      return innermost;
    },
  };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Without the types of TypeScript and brackets around an expression. */
export function bare(node: Node): Node {
  let inner = node;
  while (
    inner.type === 'TSAsExpression' ||
    inner.type === 'TSSatisfiesExpression' ||
    inner.type === 'TSNonNullExpression' ||
    inner.type === 'TSTypeAssertion' ||
    inner.type === 'ParenthesizedExpression'
  )
    inner = inner.expression;
  return inner;
}
