/**
 * What Sequelize 6 hands to a migration, as values that its SQL can be written from: data types, functions, literals. Without them being
 * classes of the library itself: nothing of a migration is run.
 */

/** `Sequelize.STRING(20)`, `DataTypes.ENUM('a', 'b')`, `DataTypes.ARRAY(DataTypes.TEXT)`. */
export class DataType {
  constructor(
    /** As the library calls it: `STRING`. */
    readonly name: string,
    readonly args: readonly unknown[] = [],
    /** MySQL: `UNSIGNED`, `ZEROFILL`. Postgres has no such numbers: the library leaves that away there, and the length with it. */
    readonly words: readonly string[] = [],
  ) {}
}

/** `Sequelize.literal('...')`: SQL as it is. */
export class Literal {
  constructor(readonly text: string) {}
}

/** `Sequelize.fn('now')`. */
export class FunctionCall {
  constructor(
    readonly name: string,
    readonly args: readonly unknown[],
  ) {}
}

/** `Sequelize.col('a.b')`. */
export class ColumnName {
  constructor(readonly name: string) {}
}

/** `Sequelize.cast(value, 'integer')`. */
export class Cast {
  constructor(
    readonly value: unknown,
    readonly type: string,
  ) {}
}

/** `Sequelize.where(attribute, comparator, value)`. */
export class Comparison {
  constructor(
    readonly left: unknown,
    readonly comparator: string,
    readonly right: unknown,
  ) {}
}

/** The operators of conditions, `Sequelize.Op.gt`: in a migration's objects they are keys. No column has such a name. */
export const operatorPrefix = '$sequelize.op.';

export function operatorOf(key: string): string | undefined {
  return key.startsWith(operatorPrefix) ? key.slice(operatorPrefix.length) : undefined;
}
