import type { Node } from '@babel/types';
import type { Span } from '../model/text';
import { parseCode } from './parse';
import { isRelative } from './resolve';
import { walk } from './walk';

/** An import with its place: the whole declaration, or the call. */
export interface ImportPlace {
  readonly specifier: string;
  readonly span: Span;
}

/** All that a file imports, packages too, in the order of the file: import, export from, require and import() of constants. */
export function importPlaces(text: string, path: string): readonly ImportPlace[] {
  const found: ImportPlace[] = [];
  walk(parseCode(text, path).program, (node) => {
    const specifier = specifierIn(node);
    if (specifier !== undefined) found.push({ specifier, span: { start: node.start ?? 0, end: node.end ?? 0 } });
    return undefined;
  });
  return found;
}

/** The specifiers alone, each once. */
export function specifiersOf(text: string, path: string): readonly string[] {
  return [...new Set(importPlaces(text, path).map(({ specifier }) => specifier))];
}

/** The relative ones of them, for who reads the files: `importCandidates` of resolve.ts says where each may lie. */
export function importsOf(text: string, path: string): readonly string[] {
  // Most files import nothing of their own project: that is seen without reading them.
  if (!/['"`]\.{1,2}(?:\/|['"`])/.test(text)) return [];
  return specifiersOf(text, path).filter(isRelative);
}

function specifierIn(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind === 'type' ? undefined : node.source.value;
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.exportKind === 'type' ? undefined : node.source?.value;
    case 'TSExternalModuleReference':
      return constantIn(node.expression);
    case 'CallExpression': {
      const { callee } = node;
      const imports = callee.type === 'Import' || (callee.type === 'Identifier' && callee.name === 'require');
      return imports ? constantIn(node.arguments[0]) : undefined;
    }
    default:
      return undefined;
  }
}

function constantIn(node: Node | undefined): string | undefined {
  if (node?.type === 'StringLiteral') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
