import { parse } from '@babel/parser';
import type { Expression, Node } from '@babel/types';
import type { SourceFile } from '../../src/model/run-protocol';
import type { Span } from '../../src/model/text';

/** A call in a file that, by its looks alone, has to do with the database. */
export interface Site {
  readonly kind: 'raw' | 'builder' | 'helper';
  readonly path: string;
  readonly span: Span;
  readonly line: number;
  /** The first line of the call. */
  readonly text: string;
  /** All of it. */
  readonly whole: string;
  /** Tests of the branches that it stands in, as the code has them: `client === 'mysql'`. */
  readonly branches: readonly string[];
}

/** What counts as which kind of call, by the name of the method or function. */
export interface SiteNames {
  readonly raw: RegExp;
  readonly builder: RegExp;
  /** Methods of receivers that have nothing to do with the database: `logging.info`, `array.map`. */
  readonly harmless?: RegExp;
}

/**
 * All such calls of a file, found by a plain walk that knows nothing of how Faultline reads: one for each call of SQL, of a builder, and of
 * what was imported by a relative path.
 */
export function sitesOf(file: SourceFile, names: SiteNames): readonly Site[] {
  const { program } = parse(file.text, {
    sourceType: 'unambiguous',
    errorRecovery: true,
    plugins: /ts$/.test(file.path) ? ['typescript', 'decorators-legacy'] : [],
  });
  const imported = relativeNames(program);
  const sites: Site[] = [];
  visit(program, [], (node, branches) => {
    if (node.type !== 'CallExpression' && node.type !== 'TaggedTemplateExpression') return;
    const callee = node.type === 'CallExpression' ? node.callee : node.tag;
    const kind = kindOf(callee, names, imported);
    if (kind === undefined) return;
    const span = { start: node.start ?? 0, end: node.end ?? 0 };
    const whole = file.text.slice(span.start, span.end);
    const text = whole.split('\n', 1)[0] ?? '';
    const tests = branches.map((branch) => file.text.slice(branch.start ?? 0, branch.end ?? 0));
    sites.push({ kind, path: file.path, span, line: node.loc?.start.line ?? 0, text, whole, branches: tests });
  });
  return sites;
}

function kindOf(callee: Node, names: SiteNames, imported: ReadonlySet<string>): Site['kind'] | undefined {
  const name = lastName(callee);
  if (name === undefined || names.harmless?.test(name) === true) return undefined;
  if (names.raw.test(name)) return 'raw';
  if (names.builder.test(name)) return 'builder';
  const root = firstName(callee);
  return root !== undefined && imported.has(root) ? 'helper' : undefined;
}

function lastName(callee: Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') {
    return callee.property.type === 'Identifier' ? callee.property.name : undefined;
  }
  if (callee.type === 'SequenceExpression') return lastName(callee.expressions.at(-1) as Expression);
  return undefined;
}

function firstName(callee: Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type === 'MemberExpression') return firstName(callee.object);
  if (callee.type === 'SequenceExpression') return firstName(callee.expressions.at(-1) as Expression);
  return undefined;
}

/** The names by which a file knows what it imports by relative paths. */
function relativeNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  visit(program, [], (node) => {
    if (node.type === 'ImportDeclaration' && node.source.value.startsWith('.'))
      for (const { local } of node.specifiers) names.add(local.name);
    if (node.type !== 'VariableDeclarator' || node.init == null || !requiresRelative(node.init)) return;
    for (const name of bound(node.id)) names.add(name);
  });
  return names;
}

function requiresRelative(node: Node): boolean {
  if (node.type === 'MemberExpression') return requiresRelative(node.object);
  if (node.type !== 'CallExpression') return false;
  const [first] = node.arguments;
  const isRequire = node.callee.type === 'Identifier' && node.callee.name === 'require';
  if (isRequire) return first?.type === 'StringLiteral' && first.value.startsWith('.');
  return node.arguments.some((argument) => requiresRelative(argument));
}

function bound(pattern: Node): readonly string[] {
  if (pattern.type === 'Identifier') return [pattern.name];
  if (pattern.type !== 'ObjectPattern') return [];
  return pattern.properties.flatMap((property) => (property.type === 'RestElement' ? bound(property.argument) : bound(property.value)));
}

/** Outer nodes first; `branches` are the tests of the conditions around a node. */
function visit(node: Node, branches: readonly Node[], enter: (node: Node, branches: readonly Node[]) => void): void {
  enter(node, branches);
  const inside = 'test' in node && node.test != null && node.type !== 'ForStatement' ? [...branches, node.test as Node] : branches;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc') continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, key === 'test' ? branches : inside, enter);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value;
}
