import { concat, flat, placeOfText, slice } from '../../../code/text';
import type { Place, TextValue } from '../../../code/value';
import { embedded, placedText, withoutSources } from './sources';
import { Embedded, isHole, isRecord, type KnexObject, missing } from './values';
import type { Writer } from './writer';

/** `knex.raw`: `raw.js` and `formatter/rawFormatter.js`. */
export class Raw extends Embedded implements KnexObject {
  constructor(
    private own: TextValue,
    /** The call of `raw`. */
    readonly place: Place,
  ) {
    super();
  }

  /** As a statement. knex reads `\\?` as the operator `?` only when it sends. */
  get text(): TextValue {
    return replaced(this.own, /\\\?/g, () => '?');
  }

  embed(): string {
    return embedded(this.text);
  }

  call(method: string, args: readonly unknown[], place: Place): unknown {
    switch (method) {
      case 'wrap':
        this.own = concat(placedText(String(args[0] ?? ''), place), this.own, placedText(String(args[1] ?? ''), place));
        return this;
      case 'timeout':
      case 'options':
      case 'debug':
      case 'queryContext':
      case 'on':
        return this;
      case 'toString':
      case 'toQuery':
        return withoutSources(this.embed());
      case 'toSQL':
      case 'toNative':
        return { sql: withoutSources(this.embed()), bindings: [] };
      default:
        return missing;
    }
  }
}

/** `knex.ref('a.b')`: a column where a value is expected. */
export class Ref extends Embedded implements KnexObject {
  private schema = '';
  private alias = '';

  constructor(
    private readonly name: unknown,
    /** The call of `ref`. */
    readonly place: Place,
    private readonly writer: Writer,
  ) {
    super();
  }

  embed(): string {
    const name = this.writer.columnize(this.schema === '' ? this.name : `${this.schema}.${String(this.name)}`);
    return this.alias === '' ? name : `${name} as ${this.writer.columnize(this.alias)}`;
  }

  call(method: string, args: readonly unknown[]): unknown {
    if (method === 'withSchema') this.schema = String(args[0]);
    else if (method === 'as') this.alias = String(args[0]);
    else if (method === 'toQuery' || method === 'toString') return withoutSources(this.embed());
    else return missing;
    return this;
  }
}

/** The text with its `?`, `??`, `:name` and `:name:` replaced. A list that is too short gives its last value again. */
export function bind(sql: TextValue, bindings: unknown, writer: Writer): TextValue {
  if (bindings === undefined) return sql;
  if (isRecord(bindings)) return bindNames(sql, bindings, writer);
  const values: readonly unknown[] = Array.isArray(bindings) ? bindings : [bindings];
  let next = 0;
  return replaced(sql, /\\?\?\??/g, ([match]) => {
    if (match === '\\?') return undefined;
    const value = next < values.length || !isHole(values.at(-1)) ? values[next] : values.at(-1);
    next++;
    return match === '??' ? writer.columnize(value) : writer.literal(value);
  });
}

function bindNames(sql: TextValue, values: Readonly<Record<string, unknown>>, writer: Writer): TextValue {
  return replaced(sql, /\\?(:(\w+):(?=::)|:(\w+):(?!:)|:(\w+))/g, ([match, key, castName, name, plain]) => {
    if (match !== key) return key;
    const value = values[castName ?? name ?? plain ?? ''];
    if (value === undefined) return undefined;
    return match.endsWith(':') ? writer.columnize(value) : writer.literal(value);
  });
}

/** Text in which each match gives way to another text; undefined keeps it. What is not replaced keeps its place. */
function replaced(text: TextValue, pattern: RegExp, replace: (match: RegExpExecArray) => string | undefined): TextValue {
  const parts: TextValue[] = [];
  let last = 0;
  for (const match of flat(text).matchAll(pattern)) {
    const newText = replace(match);
    if (newText === undefined) continue;
    const end = match.index + match[0].length;
    const place = placeOfText(slice(text, match.index, end));
    parts.push(slice(text, last, match.index));
    if (place !== undefined) parts.push(placedText(newText, place));
    last = end;
  }
  return last === 0 ? text : concat(...parts, slice(text, last));
}
