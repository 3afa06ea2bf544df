import type { ClassMethod, Expression, Function as FunctionNode, Node, ObjectMethod, ObjectProperty, Statement } from '@babel/types';
import { parseCode } from '../../code/parse';
import type { Span } from '../../model/text';

/** Where a migration written in code has its `up` or `down`, and in which form. */
export interface Definition {
  /**
   * What holds it, with its name: a statement (`exports.up = ...;`, `export const up = ...`), a property or method of an object, a
   * method of a class.
   */
  readonly owner: Span;
  readonly form: 'statement' | 'object' | 'class';
  /** Its name in there: what gives way to `down` in a copy. */
  readonly name: Span;
  /** The function, or whatever else stands there (`false`, a call). */
  readonly value: Span;
  /** Absent when the value is no function in sight. */
  readonly body?: Body;
}

export interface Body {
  /** With its braces, or the expression of an arrow function. */
  readonly span: Span;
  readonly kind: 'block' | 'expression';
  /** From the first statement to the last; absent in an empty block. */
  readonly statements?: Span;
  readonly async: boolean;
  /** Where `async` has to be written to make it asynchronous. */
  readonly asyncAt: number;
  /** Between its brackets. */
  readonly parameterList: Span;
  readonly parameters: readonly Parameter[];
}

export interface Parameter {
  /** As the code has it, type included: `{ context: queryInterface }`, `pgm: MigrationBuilder`. */
  readonly text: string;
  /** Its name, of a plain one. */
  readonly name?: string;
  /** Names of what is taken out of it: `context` to `queryInterface`. */
  readonly properties: ReadonlyMap<string, string>;
}

/** Where the named export, member or method of a migration is written. Undefined when it is not in the file. Never throws. */
export function findDefinition(text: string, path: string, name: string): Definition | undefined {
  const { program } = parseCode(text, path);
  for (const statement of program.body) {
    const found = inStatement(statement, name, text, program.body);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inStatement(statement: Statement, name: string, text: string, all: readonly Statement[]): Definition | undefined {
  switch (statement.type) {
    case 'ExpressionStatement':
      return inAssignment(statement, statement.expression, name, text, all);
    case 'ExportNamedDeclaration': {
      const { declaration } = statement;
      if (declaration === null || declaration === undefined) return inExportList(statement.specifiers, name, text, all);
      return inDeclaration(declaration, statement, name, text);
    }
    case 'ExportDefaultDeclaration':
      return inExported(statement.declaration, name, text, all);
    case 'TSExportAssignment':
      return inExported(statement.expression, name, text, all);
    case 'ClassDeclaration':
      return inMembers(statement.body.body, name, text, all);
    default:
      return undefined;
  }
}

/** `exports.up = ...`, `module.exports.up = ...`, `module.exports = { up }`; a chain such as `exports.up = exports.down = void 0` is none. */
function inAssignment(
  owner: Statement,
  expression: Expression,
  name: string,
  text: string,
  all: readonly Statement[],
): Definition | undefined {
  if (expression.type !== 'AssignmentExpression' || expression.left.type !== 'MemberExpression') return undefined;
  const { left, right } = expression;
  const target = text.slice(left.start ?? 0, left.end ?? 0).replace(/\s/g, '');
  if (target === 'module.exports') return inExported(right, name, text, all);
  // `exports.CreateUsers = class { ... }`, as compilers write exported classes.
  if (right.type === 'ClassExpression' && /^(?:module\.)?exports\./.test(target)) return inExported(right, name, text, all);
  if (target !== `exports.${name}` && target !== `module.exports.${name}`) return undefined;
  if (right.type === 'AssignmentExpression' || right.type === 'UnaryExpression') return undefined;
  if (right.type === 'Identifier') return named(right.name, text, all);
  return definition('statement', owner, left.property, right, text);
}

function inDeclaration(declaration: Node, owner: Node, name: string, text: string): Definition | undefined {
  if (declaration.type === 'FunctionDeclaration' && declaration.id?.name === name) {
    return definition('statement', owner, declaration.id, declaration, text);
  }
  if (declaration.type === 'ClassDeclaration') return inMembers(declaration.body.body, name, text, []);
  if (declaration.type !== 'VariableDeclaration') return undefined;
  const [only, ...others] = declaration.declarations;
  if (only === undefined || others.length > 0 || only.id.type !== 'Identifier' || only.id.name !== name || !only.init) return undefined;
  const { typeAnnotation } = only.id;
  const end = typeAnnotation?.start ?? only.id.end ?? 0;
  return definition('statement', owner, { start: only.id.start ?? 0, end }, only.init, text);
}

/** `export { up, down }`. */
function inExportList(specifiers: readonly Node[], name: string, text: string, all: readonly Statement[]): Definition | undefined {
  for (const specifier of specifiers) {
    if (specifier.type !== 'ExportSpecifier' || specifier.exported.type !== 'Identifier') continue;
    if (specifier.exported.name === name) return named(specifier.local.name, text, all);
  }
  return undefined;
}

/** What is exported as a whole: an object, a class, or a name of one. */
function inExported(value: Node, name: string, text: string, all: readonly Statement[]): Definition | undefined {
  const inner = withoutTypes(value);
  if (inner.type === 'ObjectExpression') return inMembers(inner.properties, name, text, all);
  if (inner.type === 'ClassDeclaration' || inner.type === 'ClassExpression') return inMembers(inner.body.body, name, text, all);
  if (inner.type !== 'Identifier') return undefined;
  for (const statement of all) {
    if (statement.type !== 'VariableDeclaration') continue;
    const found = statement.declarations.find(({ id }) => id.type === 'Identifier' && id.name === inner.name);
    const init = found?.init ? withoutTypes(found.init) : undefined;
    if (init !== undefined && init.type !== 'Identifier') return inExported(init, name, text, all);
  }
  return undefined;
}

function inMembers(members: readonly Node[], name: string, text: string, all: readonly Statement[]): Definition | undefined {
  for (const member of members) {
    if (member.type === 'ObjectMethod' || member.type === 'ClassMethod') {
      const form = member.type === 'ObjectMethod' ? 'object' : 'class';
      if (keyName(member) === name && member.kind === 'method') return definition(form, member, member.key, member, text);
    } else if (member.type === 'ObjectProperty' || member.type === 'ClassProperty') {
      if (keyName(member) !== name || !member.value) continue;
      // `{ up }`: the function is elsewhere.
      if (member.type === 'ObjectProperty' && member.value.type === 'Identifier') return named(member.value.name, text, all);
      return definition(member.type === 'ObjectProperty' ? 'object' : 'class', member, member.key, member.value, text);
    }
  }
  return undefined;
}

/** A function or variable of the file that is exported under its name. */
function named(name: string, text: string, all: readonly Statement[]): Definition | undefined {
  for (const statement of all) {
    const inner = statement.type === 'ExportNamedDeclaration' && statement.declaration ? statement.declaration : statement;
    const found = inDeclaration(inner, statement, name, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Member = ObjectMethod | ObjectProperty | ClassMethod | Extract<Node, { type: 'ClassProperty' }>;

function keyName(member: Member): string | undefined {
  if (member.computed === true) return undefined;
  if (member.key.type === 'Identifier') return member.key.name;
  return member.key.type === 'StringLiteral' ? member.key.value : undefined;
}

function definition(form: Definition['form'], owner: Node, name: Node | Span, value: Node, text: string): Definition {
  const inner = withoutTypes(value);
  const body = isFunction(inner) ? bodyOf(inner, text) : undefined;
  const nameSpan = 'type' in name ? spanOf(name) : name;
  return { owner: spanOf(owner), form, name: nameSpan, value: spanOf(value), ...(body !== undefined && { body }) };
}

function bodyOf(node: FunctionNode, text: string): Body {
  const { body } = node;
  const isBlock = body.type === 'BlockStatement';
  const first = isBlock ? (body.directives[0] ?? body.body[0]) : undefined;
  const last = isBlock ? (body.body.at(-1) ?? body.directives.at(-1)) : undefined;
  const key = node.type === 'ObjectMethod' || node.type === 'ClassMethod' ? node.key : node;
  return {
    span: spanOf(body),
    kind: isBlock ? 'block' : 'expression',
    ...(first && last && { statements: { start: first.start ?? 0, end: last.end ?? 0 } }),
    async: node.async === true,
    asyncAt: key.start ?? 0,
    parameterList: parameterList(node, text),
    parameters: node.params.map((parameter) => parameterOf(parameter, text)),
  };
}

/** Between the brackets; for `pgm => ...` the parameter itself. */
function parameterList(node: FunctionNode, text: string): Span {
  const first = node.params[0];
  const last = node.params.at(-1);
  if (first !== undefined && last !== undefined) return { start: first.start ?? 0, end: last.end ?? 0 };
  const key = node.type === 'ObjectMethod' || node.type === 'ClassMethod' ? node.key.end : node.start;
  const open = text.indexOf('(', key ?? 0) + 1;
  return { start: open, end: text.indexOf(')', open) };
}

function parameterOf(node: Node, text: string): Parameter {
  const properties = new Map<string, string>();
  const plain = node.type === 'AssignmentPattern' ? node.left : node;
  if (plain.type === 'ObjectPattern') {
    for (const property of plain.properties) {
      if (property.type !== 'ObjectProperty' || property.key.type !== 'Identifier') continue;
      const target = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
      if (target.type === 'Identifier') properties.set(property.key.name, target.name);
    }
  }
  return {
    text: text.slice(node.start ?? 0, node.end ?? 0),
    ...(plain.type === 'Identifier' && { name: plain.name }),
    properties,
  };
}

function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'ObjectMethod' ||
    node.type === 'ClassMethod'
  );
}

/** `value as Type`, `value satisfies Type`, `(value)`. */
function withoutTypes(node: Node): Node {
  if (node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' || node.type === 'TSNonNullExpression') {
    return withoutTypes(node.expression);
  }
  return node.type === 'ParenthesizedExpression' ? withoutTypes(node.expression) : node;
}

function spanOf(node: Node): Span {
  return { start: node.start ?? 0, end: node.end ?? 0 };
}
