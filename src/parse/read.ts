import type { Engine } from '../model/engine';
import type { Statement } from '../model/migration';
import type { Span } from '../model/text';
import * as mongodb from './mongodb/read';
import * as mysql from './mysql/read';
import * as postgres from './postgres/read';
import type { PlaceholderForm } from './substituted';

/** How a text is to be read: for this engine, with these values of placeholders. */
export interface ReadingOptions {
  readonly engine: Engine;
  /** Values of placeholders: psql `:NAME`, Flyway `${name}`. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** How this framework writes them. Absent: as psql does, and `${name}`. */
  readonly placeholderForm?: PlaceholderForm | undefined;
}

/** What each engine's reader can do. */
interface Reader {
  readonly readStatements: (
    text: string,
    span: Span,
    placeholders: Readonly<Record<string, string>>,
    engine: Engine,
    form?: PlaceholderForm,
  ) => Statement[];
  readonly readRequests: (
    text: string,
    spans: readonly Span[],
    placeholders: Readonly<Record<string, string>>,
    engine: Engine,
  ) => Statement[][];
}

const readers: Readonly<Record<Engine['name'], Reader>> = { postgres, mysql, mariadb: mysql, mongodb };

function readerOf({ name }: Engine): Reader {
  return readers[name];
}

/**
 * The statements of one program, in the engine's own words: `span` is where its text lies in `text` (a whole file, or the part under a
 * marker). Never throws on any text: what can't be read becomes a statement with `unreadable`, and the rest is read. `loadParser` must have
 * resolved.
 */
export function readStatements(text: string, span: Span, options: ReadingOptions): Statement[] {
  const { engine, placeholders = {}, placeholderForm } = options;
  return readerOf(engine).readStatements(text, span, placeholders, engine, placeholderForm);
}

/**
 * The same for text that a framework cuts into requests by rules of its own: one list per span, numbered through. A statement never
 * reaches over the end of its span.
 */
export function readRequests(text: string, spans: readonly Span[], { engine, placeholders = {} }: ReadingOptions): Statement[][] {
  return readerOf(engine).readRequests(text, spans, placeholders, engine);
}

/** The statements of a text that is SQL from its beginning to its end. */
export function readText(text: string, engine: Engine): Statement[] {
  return readStatements(text, { start: 0, end: text.length }, { engine });
}
