import type { TextValue } from '../../../code/value';
import { qualified } from './names';
import { Query } from './query';
import { Raw } from './raw';
import { placedText } from './sources';
import { Callback, Embedded, type KnexObject, listOf, missing, type Place } from './values';
import type { Writer } from './writer';

/** The builder that the callback of `createView` and `alterView` gets: `schema/viewbuilder.js`, `schema/viewcompiler.js`. */
export class View implements KnexObject {
  private columns = '';
  private query = '';
  private checkOption = '';
  private readonly changes: { readonly text: string; readonly place: Place }[] = [];

  constructor(
    private readonly kind: 'view' | 'or replace view' | 'materialized view' | 'alter',
    private readonly name: unknown,
    private readonly schema: string | undefined,
    private readonly place: Place,
    readonly writer: Writer,
  ) {}

  call(method: string, args: readonly unknown[], _place: Place): unknown {
    switch (method) {
      case 'columns':
        this.columns = ` (${this.writer.columnize(listOf(args))})`;
        return this;
      case 'as':
        this.query = queryText(args[0]);
        return this;
      case 'checkOption':
        this.checkOption = ' with check option';
        return this;
      case 'localCheckOption':
        this.checkOption = ' with local check option';
        return this;
      case 'cascadedCheckOption':
        this.checkOption = ' with cascaded check option';
        return this;
      case 'column':
        return new ViewColumn(this, args[0]);
      case 'queryContext':
        return this;
      default:
        return missing;
    }
  }

  change(text: string, place: Place): void {
    this.changes.push({ text: `alter view ${this.quoted} ${text}`, place });
  }

  statements(): readonly TextValue[] {
    if (this.kind === 'alter') return this.changes.map(({ text, place }) => placedText(text, place));
    return [placedText(`create ${this.kind} ${this.quoted}${this.columns} as ${this.query}${this.checkOption}`, this.place)];
  }

  private get quoted(): string {
    return this.writer.wrap(qualified(this.schema, this.name));
  }
}

/** `view.column('a').rename('b')`. */
class ViewColumn implements KnexObject {
  private readonly writer: Writer;

  constructor(
    private readonly view: View,
    private readonly name: unknown,
  ) {
    this.writer = view.writer;
  }

  call(method: string, [value]: readonly unknown[], place: Place): unknown {
    if (method === 'rename') this.view.change(`rename ${this.writer.wrap(this.name)} to ${this.writer.wrap(value)}`, place);
    else if (method === 'defaultTo')
      this.view.change(
        `alter ${this.writer.wrap(this.name)} set default ${value instanceof Embedded ? value.embed(false) : String(value)}`,
        place,
      );
    else return missing;
    return this;
  }
}

function queryText(value: unknown): string {
  const query = value instanceof Callback ? value.asQuery() : value;
  if (query instanceof Embedded) query.isPart = true;
  if (query instanceof Query) return query.sql;
  return query instanceof Raw ? query.embed() : String(query);
}
