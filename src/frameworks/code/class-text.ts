import type { Node } from '@babel/types';
import { parseCode } from '../../code/parse';
import { walk } from '../../code/walk';

/** Classes of a text that was not evaluated: only where they stand. */

export type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>;
export type Member = ClassNode['body']['body'][number];

/** The first class with an `up`. */
export function migrationClass(text: string): ClassNode | undefined {
  let found: ClassNode | undefined;
  walk(parseCode(text, 'migration.ts').program, (node) => {
    if (found === undefined && (node.type === 'ClassDeclaration' || node.type === 'ClassExpression')) {
      if (memberNamed(node, 'up') !== undefined) found = node;
    }
    return found === undefined;
  });
  return found;
}

/** A method or field of a class. */
export function memberNamed(type: ClassNode, name: string): Member | undefined {
  return type.body.body.find(
    (member) =>
      (member.type === 'ClassMethod' || member.type === 'ClassProperty') && member.key.type === 'Identifier' && member.key.name === name,
  );
}
