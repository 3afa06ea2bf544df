import type { Node } from '@babel/types';

/** Visits a node and all nodes in it, outer ones first; not into a node for which `visit` gives false. Of any depth. */
export function walk(root: Node, visit: (node: Node) => boolean | undefined): void {
  const pending: Node[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (visit(node) === false) continue;
    const children: Node[] = [];
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) children.push(...value.filter(isNode));
      else if (isNode(value)) children.push(value);
    }
    pending.push(...children.reverse());
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value;
}
