import { ownValue } from '../../../../model/own-value';
import { Column, type CompiledColumn } from '../columns';
import { asNumber, asText, Embedded, isHole, isRecord } from '../values';

/** Types whose SQL is one word. Those of the table builder that are not here and not below have none for MySQL: knex writes `undefined`. */
const plainTypes: Readonly<Record<string, string>> = {
  bool: 'boolean',
  date: 'date',
  geometry: 'geometry',
  geography: 'geography',
  point: 'point',
  smallint: 'smallint',
  mediumint: 'mediumint',
  biginteger: 'bigint',
  mediumtext: 'mediumtext',
  longtext: 'longtext',
  json: 'json',
  jsonb: 'json',
};

/** Modifiers in the order of their words: `dialects/mysql/schema/mysql-columncompiler.js`. */
const modifiers = ['unsigned', 'nullable', 'defaultTo', 'comment', 'collate', 'first', 'after'] as const;

/** A column for MySQL. A comment is a part of it, and an altered one is said anew as a whole. */
export class MysqlColumn extends Column {
  protected override readonly regexOperator = 'REGEXP';

  override sqlType(): string {
    const [, ...options] = this.args;
    const plain = ownValue(plainTypes, this.type);
    if (plain !== undefined) return plain;
    switch (this.type) {
      case 'varchar':
        return `varchar(${asNumber(options[0], 255)})`;
      case 'char':
        return 'undefined';
      case 'integer':
      case 'int':
        return `int${sized(options[0], 11)}`;
      case 'tinyint':
        return `tinyint${sized(options[0], 1)}`;
      case 'text':
        return textType(options[0]);
      case 'floating':
        return `float(${asNumber(options[0], 8)}, ${asNumber(options[1], 2)})`;
      case 'double':
        return options[0] ? `double(${asNumber(options[0], 8)}, ${asNumber(options[1], 2)})` : 'double';
      case 'decimal':
        return `decimal(${asNumber(options[0], 8)}, ${asNumber(options[1], 2)})`;
      case 'datetime':
      case 'timestamp':
      case 'time':
        return `${this.type}${precisionOf(options[0])}`;
      case 'bit':
        return options[0] ? `bit(${asNumber(options[0], 1)})` : 'bit';
      case 'binary':
        return options[0] ? `varbinary(${asNumber(options[0], 1)})` : 'blob';
      case 'increments':
      case 'bigincrements':
        return `${this.type === 'increments' ? 'int' : 'bigint'} unsigned not null${this.ownPrimaryKey(options[0], true) === '' ? '' : ' auto_increment primary key'}`;
      case 'uuid':
        return isRecord(options[0]) && options[0].useBinaryUuid === true ? 'binary(16)' : 'char(36)';
      case 'enu':
        return `enum('${(Array.isArray(options[0]) ? options[0] : [options[0]]).map(String).join("', '")}')`;
      case 'specifictype':
        return options[0] instanceof Embedded ? options[0].embed(false) : (asText(options[0]) ?? 'undefined');
      default:
        return 'undefined';
    }
  }

  override compile(): CompiledColumn {
    const later: string[] = [];
    const words = [this.writer.wrap(this.name), this.sqlType()];
    for (const modifier of modifiers) {
      if (this.isIncrements && modifier !== 'comment') continue;
      const args = this.modifiers.get(modifier);
      if (args !== undefined) words.push(this.word(modifier, args));
    }
    if (!this.isIncrements) words.push(...this.checks(later));
    return { definition: words.filter((word) => word !== '').join(' '), first: [], later };
  }

  private word(modifier: (typeof modifiers)[number], [value]: readonly unknown[]): string {
    switch (modifier) {
      case 'unsigned':
      case 'first':
        return modifier;
      case 'nullable':
        return value === false ? 'not null' : 'null';
      case 'defaultTo':
        return this.defaultWord(value);
      case 'comment':
        return value ? `comment '${String(value).replace(/(?<!\\)'/g, "\\'")}'` : '';
      case 'collate':
        return value ? `collate '${String(value)}'` : '';
      default:
        return `after ${this.writer.wrap(value)}`;
    }
  }

  private defaultWord(value: unknown): string {
    if (value === undefined || value === null) return '';
    // Only an expression is a default of JSON.
    if (this.type.startsWith('json') && isRecord(value)) return `default ('${JSON.stringify(value)}')`;
    if (this.type.includes('text')) return '';
    if (this.type.startsWith('json') && Array.isArray(value)) return `default ('${JSON.stringify(value)}')`;
    return isHole(value) ? `default ${value}` : this.sqlDefault(value);
  }
}

function sized(length: unknown, otherwise: number): string {
  return length ? `(${asNumber(length, otherwise)})` : '';
}

function textType(size: unknown): string {
  if (size === 'medium' || size === 'mediumtext') return 'mediumtext';
  return size === 'long' || size === 'longtext' ? 'longtext' : 'text';
}

function precisionOf(option: unknown): string {
  const precision = isRecord(option) ? option.precision : option;
  return typeof precision === 'number' ? `(${precision})` : '';
}
