import type { Node, ObjectExpression } from '@babel/types';
import type { Machine } from '../native';
import { constantText, verbatim } from '../text';
import type { ArrayValue, ObjectValue, Place, PrimitiveValue, TextPiece, TextValue, Value } from '../value';
import { bsonOf } from './bson';
import { bare, nodesOf } from './nodes';

/** Deeper values hold themselves, or are no documents. */
const maximumDepth = 40;

/** The same few values can be put into each other until no end of it is in sight. */
const maximumPieces = 100_000;

/**
 * Values as mongosh text, in pieces that know where they come from. What stands in the source as mongosh would have it, a literal with its
 * spaces and comments, is taken over character by character, so that an edit of the text is an edit of the source; values of variables are
 * put in between.
 */
export class ShellText {
  readonly pieces: TextPiece[] = [];

  constructor(
    private readonly machine: Machine,
    /** The call that the text is written for. */
    private readonly call: Place,
  ) {}

  /** Text that stands nowhere as such. */
  add(text: string, source: Place = this.call): this {
    if (text !== '') this.pieces.push({ kind: 'written', text, source });
    return this;
  }

  hole(name: string, source: Place = this.call): this {
    this.pieces.push({ kind: 'hole', name: name === '' ? 'value' : name, source });
    return this;
  }

  text(): TextValue {
    return { kind: 'text', pieces: this.pieces };
  }

  /** A value; `site` is where it stands in the source, for what has no place of its own. */
  value(value: Value, site: Place = this.call, depth = 0): this {
    if (depth > maximumDepth || this.pieces.length > maximumPieces) return this.hole(this.machine.textOf(site), site);
    switch (value.kind) {
      case 'text':
        return this.string(value, site);
      case 'primitive':
        return this.primitive(value, site);
      case 'regexp':
        return this.add(`/${value.pattern}/${value.flags}`, site);
      case 'array':
        return this.array(value, site, depth);
      case 'object':
        if (value.type !== undefined) return this.hole(value.type.name === '' ? this.machine.textOf(site) : value.type.name, site);
        return this.object(value, site, depth);
      case 'unknown':
        return this.hole(value.name, value.source ?? site);
      case 'native': {
        const bson = bsonOf(value);
        if (bson !== undefined) return this.add(bson.text, site);
        return value.data instanceof SessionData ? this.session(site) : this.hole(this.machine.textOf(site), site);
      }
      default:
        return this.hole(this.machine.textOf(site), site);
    }
  }

  /** Values between commas; missing ones at the end are left out. */
  list(values: readonly { readonly value: Value; readonly site: Place }[]): this {
    const last = values.findLastIndex(({ value }) => !isMissing(value));
    values.slice(0, last + 1).forEach(({ value, site }, index) => {
      if (index > 0) this.add(', ');
      if (isMissing(value)) this.add('undefined', site);
      else this.value(value, site);
    });
    return this;
  }

  /** The name of a field in front of its colon. */
  key(name: string, source: Place): this {
    return this.add(/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name), source);
  }

  private string(value: TextValue, site: Place): this {
    const [first, ...rest] = value.pieces;
    if (first === undefined) return this.empty(site);
    if (rest.length === 0 && first.kind === 'hole') return this.hole(first.name, first.source);
    const whole = rest.length === 0 ? this.quoted(first) : undefined;
    if (whole !== undefined) {
      this.pieces.push(whole);
      return this;
    }
    this.add('"', first.source);
    for (const piece of value.pieces) {
      if (piece.kind === 'hole' || isPlain(piece.text)) this.pieces.push(piece);
      else this.add(JSON.stringify(piece.text).slice(1, -1), piece.source);
    }
    return this.add('"', value.pieces.at(-1)?.source ?? site);
  }

  private empty({ path, span }: Place): this {
    const own = this.machine.code(path).text.slice(span.start, span.end);
    if (own !== "''" && own !== '""') return this.add('""', { path, span });
    this.pieces.push(verbatim(own, path, span.start));
    return this;
  }

  /** A string that is one literal, with its quotes. */
  private quoted(piece: TextPiece): TextPiece | undefined {
    if (piece.kind !== 'verbatim') return undefined;
    const { path, span } = piece.source;
    const { text } = this.machine.code(path);
    const quote = text[span.start - 1];
    if ((quote !== '"' && quote !== "'") || text[span.end] !== quote) return undefined;
    return verbatim(text.slice(span.start - 1, span.end + 1), path, span.start - 1);
  }

  private primitive({ value, source }: PrimitiveValue, site: Place): this {
    if (typeof value === 'bigint') return this.add(`NumberLong("${value}")`, source ?? site);
    const text = Object.is(value, -0) ? '-0' : String(value);
    const inside = source !== undefined && this.machine.code(source.path).text.slice(source.span.start, source.span.end) === text;
    if (source !== undefined && inside) {
      this.pieces.push(verbatim(text, source.path, source.span.start));
      return this;
    }
    return this.add(text, site);
  }

  private session(site: Place): this {
    const { text } = this.machine.code(site.path);
    if (text.slice(site.span.start, site.span.end) !== 'session') return this.add('session', site);
    this.pieces.push(verbatim('session', site.path, site.span.start));
    return this;
  }

  private array(value: ArrayValue, given: Place, depth: number): this {
    const site = value.source ?? given;
    const node = this.literalAt(site);
    const elements = node?.type === 'ArrayExpression' ? node.elements : [];
    const isWhole =
      node?.type === 'ArrayExpression' &&
      elements.length === value.items.length &&
      elements.every((element) => element !== null && element.type !== 'SpreadElement');
    if (isWhole && !value.open) {
      const nodes = elements.flatMap((element) => (element === null ? [] : [element]));
      this.interleaved(
        node,
        nodes.map((element, index) => ({ node: element, write: (place) => this.value(value.items[index] ?? value, place, depth + 1) })),
        site.path,
      );
      return this;
    }
    this.add('[', site);
    value.items.forEach((item, index) => {
      if (index > 0) this.add(', ', site);
      const element = isWhole ? elements[index] : undefined;
      this.value(item, element == null ? placeOf(item, site) : this.place(element, site.path), depth + 1);
    });
    if (value.open) {
      if (value.items.length > 0) this.add(', ', site);
      this.add('...', site).hole(value.items.length > 0 ? 'others' : this.nameOf(site, 'items'), site);
    }
    return this.add(']', site);
  }

  private object(value: ObjectValue, site: Place, depth: number): this {
    const source = value.source ?? site;
    const node = this.literalAt(source);
    const parts = node?.type === 'ObjectExpression' ? partsOf(node, value) : undefined;
    if (node !== undefined && parts !== undefined) {
      this.interleaved(
        node,
        parts.map(({ node: inner, value: part, shorthand }) => ({
          node: inner,
          write: (place) => {
            if (shorthand !== undefined && !isSession(part)) this.key(shorthand, place).add(': ', place);
            this.field(part, place, depth);
          },
        })),
        source.path,
      );
      return this;
    }
    const names = node?.type === 'ObjectExpression' ? valuesByName(node) : new Map<string, Node>();
    const properties = [...value.properties].filter(([, property]) => property.kind !== 'function' || depth > 0);
    if (properties.length === 0 && !value.open) return this.add('{}', source);
    this.add('{ ', source);
    properties.forEach(([name, property], index) => {
      if (index > 0) this.add(', ', source);
      const own = names.get(name);
      const place = own === undefined ? placeOf(property, source) : this.place(own, source.path);
      if (name.startsWith('%')) this.add('[', source).hole(name.slice(1), source).add(']', source);
      else if (isSession(property) && name === 'session') {
        this.session(place);
        return;
      } else this.key(name, source);
      this.add(': ', source).field(property, place, depth);
    });
    if (value.open) {
      if (properties.length > 0) this.add(', ', source);
      this.add('...', source).hole(node?.type === 'ObjectExpression' ? this.restOf(node, source) : 'others', source);
    }
    return this.add(' }', source);
  }

  private field(value: Value, place: Place, depth: number): this {
    return isMissing(value) ? this.add('undefined', place) : this.value(value, place, depth + 1);
  }

  /** A literal as it stands, but for some nodes in it, which are written. */
  private interleaved(node: Node, parts: readonly { readonly node: Node; readonly write: (place: Place) => void }[], path: string): void {
    const { text } = this.machine.code(path);
    let last = node.start ?? 0;
    const take = (end: number): void => {
      if (end > last) this.pieces.push(verbatim(text.slice(last, end), path, last));
    };
    for (const part of parts) {
      take(part.node.start ?? last);
      part.write(this.place(part.node, path));
      last = part.node.end ?? last;
    }
    take(node.end ?? last);
  }

  private literalAt(place: Place): Node | undefined {
    const node = nodesOf(this.machine.code(place.path)).at(place.span.start, place.span.end);
    return node === undefined ? undefined : bare(node);
  }

  private place(node: Node, path: string): Place {
    return { path, span: { start: node.start ?? 0, end: node.end ?? 0 } };
  }

  /** What an expression is called when it stands for items that are not known. */
  private nameOf(place: Place, otherwise: string): string {
    const name = this.machine.textOf(place);
    return /^[\w$.]{1,40}$/.test(name) ? name : otherwise;
  }

  /** What is spread into a literal whose fields are not all known. */
  private restOf(node: ObjectExpression, source: Place): string {
    const spread = node.properties.find(({ type }) => type === 'SpreadElement');
    return spread?.type === 'SpreadElement' ? this.nameOf(this.place(spread.argument, source.path), 'others') : 'others';
  }
}

/** What a session's native has as its data. */
export class SessionData {
  constructor(readonly name: string) {}
}

export function isSession(value: Value): boolean {
  return value.kind === 'native' && value.data instanceof SessionData;
}

export function isMissing(value: Value): boolean {
  return value.kind === 'primitive' && value.value === undefined;
}

/** Characters that mean themselves between double quotes. */
function isPlain(text: string): boolean {
  return !/["\\\p{Cc}\u2028\u2029]/u.test(text);
}

function placeOf(value: Value, otherwise: Place): Place {
  if (value.kind === 'object' || value.kind === 'unknown' || value.kind === 'primitive') return value.source ?? otherwise;
  return value.kind === 'text' && constantText(value) !== undefined ? (value.pieces[0]?.source ?? otherwise) : otherwise;
}

interface Part {
  readonly node: Node;
  readonly value: Value;
  readonly shorthand?: string;
}

/**
 * The values of a literal beside what is in the object now, where these are its properties in its order and no others; undefined where
 * something was spread, computed, taken away or added.
 */
function partsOf(node: ObjectExpression, { properties, open }: ObjectValue): readonly Part[] | undefined {
  if (open || node.properties.length !== properties.size) return undefined;
  const parts: Part[] = [];
  const names = [...properties.keys()];
  for (const [index, property] of node.properties.entries()) {
    if (property.type !== 'ObjectProperty' || property.computed) return undefined;
    const name = keyOf(property.key);
    const value = name === undefined ? undefined : properties.get(name);
    if (name === undefined || value === undefined || names[index] !== name) return undefined;
    // Any name may be given to a session; mongosh text has it as `session`.
    if (name === 'session' && isSession(value)) parts.push({ node: property, value });
    else parts.push({ node: property.value, value, ...(property.shorthand && { shorthand: name }) });
  }
  return parts;
}

function valuesByName(node: ObjectExpression): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const property of node.properties) {
    if (property.type !== 'ObjectProperty' || property.computed) continue;
    const name = keyOf(property.key);
    if (name !== undefined) found.set(name, property.value);
  }
  return found;
}

function keyOf(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'StringLiteral') return key.value;
  return key.type === 'NumericLiteral' ? String(key.value) : undefined;
}
