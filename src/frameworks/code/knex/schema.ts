import { markedText } from '../../../code/plain';
import type { TextValue } from '../../../code/value';
import { ownValue } from '../../../model/own-value';
import type { Dialect } from './dialects';
import { qualified } from './names';
import { bind } from './raw';
import { placedText } from './sources';
import type { TableMethod } from './tables';
import { asText, Callback, type KnexObject, missing, type Place } from './values';
import { View } from './views';
import type { Writer } from './writer';

/** `knex.schema`: `schema/builder.js`, `schema/compiler.js` and `dialects/postgres/schema/pg-compiler.js`. A chain is several statements. */

/** What a migration asks of the schema, so that it can go by the answer. */
export interface Question {
  readonly about: 'table' | 'column';
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column?: string | undefined;
}

const tableMethods: Readonly<Record<string, TableMethod>> = {
  createTable: 'create',
  createTableIfNotExists: 'createIfNot',
  createTableLike: 'createLike',
  alterTable: 'alter',
  table: 'alter',
};

const viewMethods: Readonly<Record<string, 'view' | 'or replace view' | 'materialized view' | 'alter'>> = {
  createView: 'view',
  createViewOrReplace: 'or replace view',
  createMaterializedView: 'materialized view',
  alterView: 'alter',
  view: 'alter',
};

/** Methods whose statement is a name behind a few words; true: with the schema before it. */
const namedStatements: Readonly<Record<string, readonly [string, boolean]>> = {
  dropTable: ['drop table ', true],
  dropTableIfExists: ['drop table if exists ', true],
  dropView: ['drop view ', true],
  dropViewIfExists: ['drop view if exists ', true],
  dropMaterializedView: ['drop materialized view ', true],
  dropMaterializedViewIfExists: ['drop materialized view if exists ', true],
  createSchema: ['create schema ', false],
  createSchemaIfNotExists: ['create schema if not exists ', false],
  dropSchema: ['drop schema ', false],
  dropSchemaIfExists: ['drop schema if exists ', false],
  createExtension: ['create extension ', false],
  createExtensionIfNotExists: ['create extension if not exists ', false],
  dropExtension: ['drop extension ', false],
  dropExtensionIfExists: ['drop extension if exists ', false],
};

export class Schema implements KnexObject {
  /** Set by `withSchema`; it counts for the whole chain, as knex reads it when the chain is sent. */
  private schema: string | undefined;
  /** What could not be written when the statements were last asked for. */
  readonly problems: { readonly place: Place; readonly why: string }[] = [];
  private readonly steps: (() => readonly TextValue[])[] = [];
  /** `hasTable` and `hasColumn`: nothing is changed, and the code gets an answer. */
  question: Question | undefined;

  /** `place`: the chain so far. */
  constructor(
    public place: Place,
    private readonly dialect: Dialect,
  ) {}

  /** Is there anything in the chain already? */
  get hasSteps(): boolean {
    return this.steps.length > 0;
  }

  private get writer(): Writer {
    return this.dialect.writer;
  }

  statements(): readonly TextValue[] {
    this.problems.length = 0;
    return this.steps.flatMap((step) => step());
  }

  /** The statements as text, as `toString()` gives them. */
  get text(): string {
    return this.statements().map(markedText).join(';\n');
  }

  call(method: string, args: readonly unknown[], place: Place): unknown {
    // Before the tables of names are asked: every object has a `toString`.
    if (method === 'toString' || method === 'toQuery') return this.text;
    if (this.dialect.refused.has(method)) {
      this.steps.push(() => {
        this.problems.push({ place, why: `knex refuses ${method} on this database` });
        return [];
      });
      return this;
    }
    const [first, second] = args;
    const tableMethod = ownValue(tableMethods, method);
    if (tableMethod !== undefined) {
      const isLike = tableMethod === 'createLike';
      const callback = isLike ? args[2] : second;
      this.steps.push(() => {
        const table = this.dialect.table(tableMethod, first, isLike ? second : undefined, this.schema, place);
        if (callback instanceof Callback) callback.invoke([table], table);
        const statements = table.statements();
        this.problems.push(...table.problems);
        return statements;
      });
      return this;
    }
    const viewMethod = viewMethods[method];
    if (viewMethod !== undefined) {
      this.steps.push(() => {
        const view = new View(viewMethod, first, this.schema, place, this.writer);
        if (second instanceof Callback) second.invoke([view], view);
        return view.statements();
      });
      return this;
    }
    const named = namedStatements[method];
    if (named !== undefined) {
      const [words, hasSchema] = named;
      const cascade = method.startsWith('dropSchema') && second === true ? ' cascade' : '';
      this.add(() => `${words}${this.writer.wrap(hasSchema ? qualified(this.schema, first) : first)}${cascade}`, place);
      return this;
    }
    switch (method) {
      case 'withSchema':
        this.schema = asText(first);
        return this;
      case 'raw':
        this.steps.push(() => [bind(placedText(String(first), place), second, this.writer)]);
        return this;
      case 'renameTable':
        this.add(() => this.dialect.renameTable(qualified(this.schema, first), second), place);
        return this;
      case 'renameView':
        this.add(() => this.dialect.renameView(first, second), place);
        return this;
      case 'refreshMaterializedView':
        this.add(() => `refresh materialized view ${second === true ? 'concurrently ' : ''}${this.writer.wrap(first)}`, place);
        return this;
      case 'hasTable':
      case 'hasColumn':
        this.question = {
          about: method === 'hasTable' ? 'table' : 'column',
          schema: this.schema,
          table: asText(first),
          ...(method === 'hasTable' ? {} : { column: asText(second) }),
        };
        return this;
      case 'debug':
      case 'queryContext':
      case 'timeout':
      case 'on':
        return this;
      case 'toSQL':
        return this.statements().map((text) => ({ sql: markedText(text), bindings: [] }));
      default:
        return missing;
    }
  }

  /** A raw call whose text keeps its places. */
  addRaw(text: TextValue, bindings: unknown): void {
    this.steps.push(() => [bind(text, bindings, this.writer)]);
  }

  /** The chain goes on, up to the end of this call. */
  grow(place: Place): void {
    if (place.path === this.place.path && place.span.end > this.place.span.end) this.place = place;
  }

  private add(text: () => string, place: Place): void {
    this.steps.push(() => [placedText(text(), place)]);
  }
}
