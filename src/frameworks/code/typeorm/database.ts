import type { Catalog } from '../../../model/catalog';
import type { Engine } from '../../../model/engine';
import type { Program } from '../../../model/migration';
import { readText } from '../../../parse/read';
import { findNamed } from '../../../schema/lookup';
import { replay } from '../../../schema/virtual-schema';
import type { VirtualCatalog } from '../../../schema/workspace';
import type { Database } from './changes';
import type { Dialect } from './dialects';
import { pathOf } from './paths';
import type { Table } from './tables';

/**
 * The database as TypeORM's builders find it in the middle of a migration: the earlier migrations of the folder, and what this one has sent
 * so far. Replayed only when a builder asks.
 */
export class DatabaseSoFar implements Database {
  private catalog: Catalog | undefined;
  private waiting: string[] = [];

  constructor(
    private readonly before: () => Catalog,
    private readonly engine: Engine,
    private readonly dialect: Pick<Dialect, 'load'>,
  ) {}

  /** Something was sent: one statement, or several with semicolons between them. Holes as `${name}`. */
  sent(sql: string): void {
    this.waiting.push(sql);
  }

  /** The table of that name; one that no migration shows has nothing but its name. */
  table(name: string): Table {
    return this.dialect.load(name, this.now());
  }

  typeExists(path: string): boolean {
    const [schema = '', name = ''] = path.replaceAll('"', '').split('.');
    return findNamed(this.now().types, { schema, name }) !== undefined;
  }

  isMaterializedView(name: string): boolean {
    return findNamed(this.now().definitions, pathOf({ name }))?.kind === 'materialized view';
  }

  private now(): Catalog {
    this.catalog ??= this.before();
    if (this.waiting.length > 0) {
      const text = this.waiting.map((sql) => `${sql};\n`).join('');
      this.waiting = [];
      this.catalog = replay(this.catalog, readText(text, this.engine), this.engine);
    }
    return this.catalog;
  }
}

/** What programs made of a schema, by their text: a migration that did not change, after others that did not, is not replayed again. */
const replayed = new WeakMap<Catalog, Map<string, VirtualCatalog>>();

/** How many texts are kept for one schema: while somebody types, each state is one. */
const keptTexts = 8;

export function replayOnce(before: Catalog, { statements, rendering }: Program, engine: Engine): VirtualCatalog {
  const known = replayed.get(before) ?? new Map<string, VirtualCatalog>();
  replayed.set(before, known);
  const text = rendering?.text ?? '';
  const found = known.get(text);
  if (found !== undefined) return found;
  const after = replay(before, statements, engine);
  const [oldest] = known.keys();
  if (known.size >= keptTexts && oldest !== undefined) known.delete(oldest);
  known.set(text, after);
  return after;
}
