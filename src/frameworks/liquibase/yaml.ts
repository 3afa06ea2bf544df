import { FAILSAFE_SCHEMA, load, type State, types, YAMLException } from 'js-yaml';
import type { Span } from '../../model/text';

/** A document in YAML or JSON, with its places. What an alias stands for lies where the alias does. */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence;

export interface YamlScalar {
  readonly kind: 'scalar';
  /** As it is written, whatever type it would be: `1.0` stays that. */
  readonly text: string;
  readonly span: Span;
}

export interface YamlMapping {
  readonly kind: 'mapping';
  readonly entries: readonly YamlEntry[];
  readonly span: Span;
}

export interface YamlEntry {
  readonly key: string;
  readonly value: YamlNode;
  /** From the beginning of the key to the end of the value. */
  readonly span: Span;
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly span: Span;
}

export interface YamlProblem {
  readonly reason: string;
  /** From 1. */
  readonly line: number;
}

interface OpenNode {
  readonly start: number;
  readonly children: ClosedNode[];
}

interface ClosedNode {
  readonly kind: State['kind'];
  readonly value: unknown;
  readonly span: Span;
  readonly children: readonly ClosedNode[];
}

/** All scalars as texts; keys of `<<` are taken in. */
const schema = FAILSAFE_SCHEMA.extend({ implicit: [types.merge] });

/** Reads one document; never throws on any text. */
export function readYaml(text: string): YamlNode | YamlProblem {
  const open: OpenNode[] = [];
  let root: ClosedNode | undefined;
  // It leaves a byte order mark out of its positions.
  const shift = text.startsWith('\ufeff') ? 1 : 0;
  try {
    load(text, {
      schema,
      listener(event, { position, kind, result }) {
        if (event === 'open') {
          open.push({ start: position + shift, children: [] });
          return;
        }
        const own = open.pop();
        if (own === undefined) return;
        const start = Math.min(behindBlanks(text, own.start), position + shift);
        const { length } = text.slice(start, position + shift).trimEnd();
        root = { kind, value: result, span: { start, end: start + length }, children: own.children };
        open.at(-1)?.children.push(root);
      },
    });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { reason: error.reason, line: (error.mark?.line ?? 0) + 1 };
  }
  return root === undefined ? { reason: 'the document is empty', line: 1 } : nodeOf(root, text);
}

/** Blanks and comments stand before a node that begins on a later line. */
function behindBlanks(text: string, from: number): number {
  const blanks = /(?:\s+|(?<=\s)#[^\r\n]*)*/y;
  blanks.lastIndex = from;
  blanks.exec(text);
  return Math.min(blanks.lastIndex, text.length);
}

function nodeOf(closed: ClosedNode, source: string): YamlNode {
  const { kind, value, span, children } = closed;
  // What was read as a key, and then was none, is told twice.
  const [only] = children;
  if (children.length === 1 && only !== undefined && only.value === value && typeof value === 'object') {
    return nodeOf(only, source);
  }
  if (kind === 'mapping' && isRecord(value)) {
    const keys = Object.keys(value);
    const entries = keys.flatMap((key, index): YamlEntry[] => {
      const [name, own] = [children[2 * index], children[2 * index + 1]];
      return name === undefined || own === undefined || String(name.value) !== key
        ? []
        : [entryOf(key, nodeOf(own, source), name.span.start)];
    });
    // Where keys were taken in from elsewhere the two do not stand side by side.
    if (entries.length !== keys.length || children.length !== 2 * keys.length) return withoutPlaces(value, span);
    return { kind: 'mapping', entries, span: untilLast(span, entries, source) };
  }
  if (kind === 'sequence' && Array.isArray(value) && value.length === children.length) {
    const items = children.map((child) => nodeOf(child, source));
    return { kind: 'sequence', items, span: untilLast(span, items, source) };
  }
  return withoutPlaces(value, span);
}

function entryOf(key: string, value: YamlNode, start: number): YamlEntry {
  const isEmpty = value.span.start === value.span.end;
  return { key, value, span: { start, end: isEmpty ? start + key.length : value.span.end } };
}

/** Comments that follow a collection are none of it; the bracket behind one in brackets is. */
function untilLast(span: Span, parts: readonly { readonly span: Span }[], source: string): Span {
  const last = parts.at(-1);
  if (last === undefined) return span;
  const rest = source.slice(last.span.end, span.end);
  return /^[\s,]*[\]}]$/.test(rest) ? span : { start: span.start, end: last.span.end };
}

/** All of it lies at one place. */
function withoutPlaces(value: unknown, span: Span): YamlNode {
  if (Array.isArray(value)) return { kind: 'sequence', items: value.map((item) => withoutPlaces(item, span)), span };
  if (isRecord(value)) {
    return { kind: 'mapping', entries: Object.entries(value).map(([key, own]) => ({ key, value: withoutPlaces(own, span), span })), span };
  }
  return { kind: 'scalar', text: value === null || value === undefined ? '' : String(value), span };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
