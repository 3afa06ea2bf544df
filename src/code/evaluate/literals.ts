import type * as t from '@babel/types';
import type { Scope } from '../scope';
import { concat, emptyText, verbatim, written } from '../text';
import {
  type ArrayValue,
  array,
  type FunctionValue,
  type ObjectValue,
  type TextPiece,
  type TextValue,
  undefinedValue,
  unknown,
  type Value,
} from '../value';
import { convert, over } from './conversions';
import type { Evaluator } from './evaluator';
import { functionValue } from './functions';
import { iterate } from './iteration';
import { getMember, memberName } from './members';

/** A string in quotes: the characters between them where they say what they mean, and what the escapes mean elsewhere. */
export function stringLiteral(machine: Evaluator, node: t.StringLiteral | t.DirectiveLiteral, path: string): TextValue {
  const start = (node.start ?? 0) + 1;
  const source = (machine.files.get(path) ?? '').slice(start, (node.end ?? 0) - 1);
  return { kind: 'text', pieces: literalPieces(source, node.value, path, start) };
}

export function templateLiteral(machine: Evaluator, node: t.TemplateLiteral, scope: Scope): Value {
  const strings = quasis(machine, node, scope.path);
  const values = node.expressions.map((expression) => machine.expression(expression, scope));
  return over(values, (known) => {
    const parts = strings.flatMap((text, index) => {
      const value = known[index];
      const expression = node.expressions[index];
      if (value === undefined || expression === undefined) return [text];
      return [text, convert(machine, value, machine.place(expression, scope.path))];
    });
    return concat(...parts);
  });
}

/** The fixed parts as they stand, escapes unread. */
function rawQuasis(machine: Evaluator, node: t.TemplateLiteral, path: string): TextValue[] {
  return node.quasis.map((quasi) => {
    const start = quasi.start ?? 0;
    const end = quasi.end ?? start;
    const source = (machine.files.get(path) ?? '').slice(start, end);
    const { raw } = quasi.value;
    if (raw === '') return emptyText;
    // Line breaks are read as line feeds here too.
    return source === raw ? { kind: 'text', pieces: [verbatim(raw, path, start)] } : written(raw, { path, span: { start, end } });
  });
}

/** The fixed parts of a template, one more than its expressions. */
export function quasis(machine: Evaluator, node: t.TemplateLiteral, path: string): TextValue[] {
  return node.quasis.map((quasi) => {
    const start = quasi.start ?? 0;
    const source = (machine.files.get(path) ?? '').slice(start, quasi.end ?? start);
    return { kind: 'text', pieces: literalPieces(source, quasi.value.cooked ?? quasi.value.raw, path, start) };
  });
}

const escapes = /\\(?:u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|[0-7]{1,3}|\r\n|[\s\S])|\r\n?/g;

/** Cuts a literal at its escapes. Where that does not give the text that the parser read, all of it counts as written. */
export function literalPieces(source: string, cooked: string, path: string, start: number): TextPiece[] {
  if (source === cooked) return cooked === '' ? [] : [verbatim(cooked, path, start)];
  const pieces: TextPiece[] = [];
  let last = 0;
  const addVerbatim = (end: number): void => {
    if (end > last) pieces.push(verbatim(source.slice(last, end), path, start + last));
  };
  for (const match of source.matchAll(escapes)) {
    addVerbatim(match.index);
    last = match.index + match[0].length;
    const text = meaning(match[0]);
    if (text !== '') pieces.push({ kind: 'written', text, source: { path, span: { start: start + match.index, end: start + last } } });
  }
  addVerbatim(source.length);
  if (pieces.map((piece) => (piece.kind === 'hole' ? '' : piece.text)).join('') === cooked) return pieces;
  return [{ kind: 'written', text: cooked, source: { path, span: { start, end: start + source.length } } }];
}

const named: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
  '\r': '',
  '\r\n': '',
  '\u2028': '',
  '\u2029': '',
};

function meaning(sequence: string): string {
  // Template literals read every kind of line break as a line feed.
  if (!sequence.startsWith('\\')) return '\n';
  const rest = sequence.slice(1);
  const code = /^(?:u\{([\da-fA-F]+)\}|[ux]([\da-fA-F]+))$/.exec(rest);
  if (code !== null) {
    const number = Number.parseInt(code[1] ?? code[2] ?? '0', 16);
    return code[1] === undefined ? String.fromCharCode(number) : number <= 0x10ffff ? String.fromCodePoint(number) : '';
  }
  if (/^[0-7]+$/.test(rest)) return String.fromCharCode(Number.parseInt(rest, 8));
  return named[rest] ?? rest;
}

/** `` tag`...` ``: a call with the strings and the values. */
export function taggedTemplate(machine: Evaluator, node: t.TaggedTemplateExpression, scope: Scope): Value {
  const place = machine.place(node, scope.path);
  const strings = quasis(machine, node.quasi, scope.path);
  const values = node.quasi.expressions.map((expression) => machine.expression(expression, scope));
  const args = [array(strings), ...values];
  const site = {
    place,
    argPlaces: [
      machine.place(node.quasi, scope.path),
      ...node.quasi.expressions.map((expression) => machine.place(expression, scope.path)),
    ],
    template: {
      strings,
      raw: rawQuasis(machine, node.quasi, scope.path),
      values,
      whole: () => templateLiteral(machine, node.quasi, scope),
    },
  };
  if (node.tag.type === 'MemberExpression') {
    const receiver = machine.expression(node.tag.object, scope);
    const name = memberName(machine, node.tag, scope);
    if (name === undefined) return unknown(machine.nameOf(node.tag, scope.path));
    return machine.invokeMember(receiver, name, args, site);
  }
  return machine.invoke(machine.expression(node.tag, scope), args, site);
}

export function arrayLiteral(machine: Evaluator, node: t.ArrayExpression, scope: Scope): ArrayValue {
  const source = machine.place(node, scope.path);
  const result: ArrayValue = { kind: 'array', items: [], open: false, depth: machine.repetitions, source };
  for (const element of node.elements) {
    if (element === null) result.items.push(undefinedValue);
    else if (element.type === 'SpreadElement') {
      const spread = iterate(machine, machine.expression(element.argument, scope));
      result.items.push(...spread.items);
      if (spread.open) result.open = true;
      if (spread.sampled === true) result.sampled = true;
    } else result.items.push(machine.expression(element, scope));
  }
  return result;
}

export function objectLiteral(machine: Evaluator, node: t.ObjectExpression, scope: Scope): ObjectValue {
  const properties = new Map<string, Value>();
  const getters = new Map<string, FunctionValue>();
  const result: ObjectValue = { kind: 'object', properties, getters, open: false, source: machine.place(node, scope.path) };
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      copyProperties(machine, machine.expression(property.argument, scope), result);
      continue;
    }
    const name = memberName(machine, property, scope);
    if (name === undefined) {
      // What stands under a name that is not known may still hold functions that matter; the object has more than is known.
      if (property.type === 'ObjectProperty') machine.expression(property.value, scope);
      result.open = true;
      continue;
    }
    if (property.type === 'ObjectProperty') {
      properties.delete(name);
      properties.set(name, machine.expression(property.value, scope));
    } else if (property.kind === 'get') getters.set(name, functionValue(machine, property, scope));
    else if (property.kind === 'method') properties.set(name, functionValue(machine, property, scope));
  }
  return result;
}

/** What `{...value}` and Object.assign take over. */
export function copyProperties(machine: Evaluator, value: Value, target: ObjectValue): void {
  switch (value.kind) {
    case 'object':
      for (const [name, property] of value.properties) target.properties.set(name, property);
      for (const [name, getter] of value.getters ?? []) target.properties.set(name, getMember(machine, value, name, getter.source));
      if (value.open) target.open = true;
      return;
    case 'array':
      value.items.forEach((item, index) => {
        target.properties.set(String(index), item);
      });
      return;
    case 'choice':
      // `...(condition && { a: 1 })`: what may be there is taken as being there.
      for (const option of [...value.options].reverse()) copyProperties(machine, option, target);
      return;
    case 'class':
    case 'function':
      for (const [name, property] of value.kind === 'class' ? value.statics : value.properties) target.properties.set(name, property);
      return;
    case 'native': {
      const own = value.ownProperties?.(target.source ?? { path: '', span: { start: 0, end: 0 } });
      for (const [name, property] of own ?? []) target.properties.set(name, property);
      if (own === undefined) target.open = true;
      return;
    }
    case 'unknown':
      target.open = true;
      return;
    default:
      return;
  }
}
