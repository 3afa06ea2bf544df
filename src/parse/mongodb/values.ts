import type * as t from '@babel/types';
import type { DocumentField, DocumentValue } from '../../model/document';
import type { Span } from '../../model/text';
import { bsonOfCall } from './bson-calls';
import type { MaskedText } from './holes';

/** What can stand where a value is wanted: an argument, an item of an array. */
type ValueNode = t.Node;

/** Reads the values of one text. What only a run would tell becomes a hole. */
export class ValueReader {
  constructor(
    private readonly text: MaskedText,
    /** From a place in the parsed text to one in the file. */
    private readonly place: (span: Span) => Span,
  ) {}

  value(node: ValueNode): DocumentValue {
    const span = this.spanOf(node);
    switch (node.type) {
      case 'StringLiteral':
      case 'NumericLiteral':
      case 'BooleanLiteral':
        return this.scalar(node, node.value);
      case 'NullLiteral':
        return { kind: 'scalar', value: null, span };
      case 'BigIntLiteral':
        return { kind: 'bson', type: 'NumberLong', text: `NumberLong("${node.value}")`, span };
      case 'RegExpLiteral':
        return this.hasHole(node) ? this.hole(node) : { kind: 'bson', type: 'RegExp', text: `/${node.pattern}/${node.flags}`, span };
      case 'TemplateLiteral':
        return node.expressions.length > 0 ? this.hole(node) : this.scalar(node, node.quasis[0]?.value.cooked ?? '');
      case 'ParenthesizedExpression':
      case 'AwaitExpression':
        return this.value(node.type === 'AwaitExpression' ? node.argument : node.expression);
      case 'UnaryExpression':
      case 'BinaryExpression':
        return this.calculated(node);
      case 'Identifier':
        return this.identifier(node);
      case 'ArrayExpression':
        return this.array(node);
      case 'ObjectExpression':
        return this.document(node);
      case 'CallExpression':
      case 'NewExpression':
        return this.call(node);
      default:
        return this.hole(node);
    }
  }

  /** Where a stretch of the parsed text is in the file. */
  placeOf(span: Span): Span {
    return this.place(span);
  }

  /** Where a node stands in the file. */
  spanOf(node: t.Node): Span {
    return this.place(ownSpan(node));
  }

  hole(node: t.Node): DocumentValue {
    return { kind: 'hole', name: this.text.nameOf(ownSpan(node)), span: this.spanOf(node) };
  }

  /** Whether `${name}` stands somewhere in it. */
  hasHole(node: t.Node): boolean {
    return this.text.hasHole(ownSpan(node));
  }

  private scalar(node: t.Node, value: string | number | boolean): DocumentValue {
    return typeof value === 'string' && this.hasHole(node) ? this.hole(node) : { kind: 'scalar', value, span: this.spanOf(node) };
  }

  private identifier(node: t.Identifier): DocumentValue {
    if (this.hasHole(node)) return this.hole(node);
    const span = this.spanOf(node);
    // The drivers write undefined as null.
    if (node.name === 'undefined') return { kind: 'scalar', value: null, span };
    if (node.name === 'NaN') return { kind: 'scalar', value: Number.NaN, span };
    if (node.name === 'Infinity') return { kind: 'scalar', value: Number.POSITIVE_INFINITY, span };
    if (node.name === 'MinKey' || node.name === 'MaxKey') return { kind: 'bson', type: node.name, text: `${node.name}()`, span };
    return this.hole(node);
  }

  /** `-1`, `60 * 60 * 24`, `"a" + "b"`: what is made of literals alone. */
  private calculated(node: t.UnaryExpression | t.BinaryExpression): DocumentValue {
    const result = node.type === 'UnaryExpression' ? this.unary(node) : this.binary(node);
    return result === undefined ? this.hole(node) : { kind: 'scalar', value: result, span: this.spanOf(node) };
  }

  private unary(node: t.UnaryExpression): number | boolean | undefined {
    const operand = this.value(node.argument);
    if (operand.kind !== 'scalar') return undefined;
    if (node.operator === '-' && typeof operand.value === 'number') return -operand.value;
    if (node.operator === '+' && typeof operand.value === 'number') return operand.value;
    return node.operator === '!' ? !operand.value : undefined;
  }

  private binary(node: t.BinaryExpression): number | string | undefined {
    const left = this.value(node.left);
    const right = this.value(node.right);
    if (left.kind !== 'scalar' || right.kind !== 'scalar') return undefined;
    if (node.operator === '+' && typeof left.value === 'string' && typeof right.value === 'string') return left.value + right.value;
    if (typeof left.value !== 'number' || typeof right.value !== 'number') return undefined;
    return arithmetic[node.operator]?.(left.value, right.value);
  }

  private array(node: t.ArrayExpression): DocumentValue {
    const items: DocumentValue[] = [];
    let partial = false;
    for (const item of node.elements) {
      if (item === null) continue;
      if (item.type === 'SpreadElement') partial = true;
      else items.push(this.value(item));
    }
    return { kind: 'array', items, ...(partial && { partial }), span: this.spanOf(node) };
  }

  private document(node: t.ObjectExpression): DocumentValue {
    const fields: DocumentField[] = [];
    let partial = false;
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        partial = true;
        continue;
      }
      const key = this.key(property);
      if (key.hole) partial = true;
      const value = property.type === 'ObjectMethod' ? this.hole(property) : this.value(property.value);
      fields.push({ name: key.name, value, span: this.spanOf(property.key) });
    }
    return { kind: 'document', fields, ...(partial && { partial }), span: this.spanOf(node) };
  }

  /** The name of a field; what is not known of it stands as `${name}`. */
  private key({ key, computed }: t.ObjectProperty | t.ObjectMethod): { readonly name: string; readonly hole: boolean } {
    const span = ownSpan(key);
    if (this.text.hasHole(span)) {
      const written = this.text.original.slice(span.start, span.end);
      const isQuoted = key.type === 'StringLiteral' || key.type === 'TemplateLiteral';
      return { name: isQuoted ? written.slice(1, -1) : written, hole: true };
    }
    if (!computed && key.type === 'Identifier') return { name: key.name, hole: false };
    const value = this.value(key);
    if (value.kind === 'scalar') return { name: String(value.value), hole: false };
    return { name: `\${${this.text.nameOf(span)}}`, hole: true };
  }

  private call(node: t.CallExpression | t.NewExpression): DocumentValue {
    const name = nameOfCallee(node.callee);
    if (name === undefined || node.arguments.some(({ type }) => type === 'SpreadElement')) return this.hole(node);
    const values = node.arguments.map((argument) => this.value(argument));
    const made = bsonOfCall(name, values, node.type === 'NewExpression');
    return made === undefined ? this.hole(node) : { kind: 'bson', ...made, span: this.spanOf(node) };
  }
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': (left, right) => left ** right,
};

function nameOfCallee(callee: t.Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return undefined;
  return callee.object.type === 'Identifier' ? `${callee.object.name}.${callee.property.name}` : undefined;
}

/** Where a node stands in the text that was parsed. */
export function ownSpan(node: t.Node): Span {
  return { start: node.start ?? 0, end: node.end ?? 0 };
}
