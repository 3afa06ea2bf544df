import type { Node } from '@pgsql/types';

/** Every key of the `Node` union. */
export type NodeKind = Node extends infer N ? (N extends unknown ? keyof N : never) : never;

/** The content of one kind of node. */
export type NodeOf<K extends NodeKind> = Extract<Node, Readonly<Record<K, unknown>>> extends Record<K, infer T> ? T : never;

/** The content of `node` when it is of this kind. */
export function as<K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined {
  return node === undefined ? undefined : (node as Partial<Record<K, NodeOf<K>>>)[kind];
}

export function kindOf(node: Node): NodeKind {
  return Object.keys(node)[0] as NodeKind;
}

/** All nodes of a list that are of this kind. */
export function all<K extends NodeKind>(nodes: readonly Node[] | undefined, kind: K): NodeOf<K>[] {
  const found: NodeOf<K>[] = [];
  if (nodes === undefined) return found;
  for (const node of nodes) {
    const content = as(node, kind);
    if (content !== undefined) found.push(content);
  }
  return found;
}

/** A list of names: columns, parts of a qualified name. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  const found: string[] = [];
  if (nodes === undefined) return found;
  for (const node of nodes) {
    const part = as(node, 'String');
    if (part !== undefined) found.push(part.sval ?? '');
  }
  return found;
}

/** Calls `visit` with every node below `value`, parents first. */
export function walk(value: unknown, visit: (kind: string, content: Record<string, unknown>) => void): void {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (Array.isArray(next)) {
      // One by one: a list may be longer than a call's arguments can be.
      for (let index = next.length - 1; index >= 0; index--) pending.push(next[index]);
    } else if (typeof next === 'object' && next !== null) {
      const keys = Object.keys(next);
      for (let index = keys.length - 1; index >= 0; index--) {
        const key = keys[index] ?? '';
        const content = (next as Readonly<Record<string, unknown>>)[key];
        if (typeof content !== 'object' || content === null) continue;
        // Kinds of nodes begin with a capital letter, fields with a small one.
        if (key < 'a') visit(key, content as Record<string, unknown>);
        pending.push(content);
      }
    }
  }
}
