import type { NativeUse } from '../../../code/native';
import { emitSql } from '../../../code/sql/emit';
import { renderedText } from '../../../code/sql/render';
import type { TextValue, Value } from '../../../code/value';
import { Absences } from './absence';
import type { DatabaseSoFar } from './database';
import type { Dialect } from './dialects';
import { isColumnGuarded } from './guards';

/** Sends what a migration says, and tells the database that the builders ask afterwards. */
export class Sender {
  readonly absences = new Absences();

  constructor(
    readonly database: DatabaseSoFar,
    readonly dialect: Dialect,
  ) {}

  /** SQL of the migration's own: a value of any kind. */
  raw(use: NativeUse, sql: Value): void {
    if (sql.kind === 'text' && this.absences.isIn(sql)) return;
    this.note(emitSql(use, sql)?.text);
  }

  /** What a builder writes for one call. */
  written(use: NativeUse, statements: readonly string[]): void {
    for (const statement of statements) {
      const effect = emitSql(use, statement);
      if (effect !== undefined && isColumnGuarded(use, statement)) effect.guarded = true;
      this.note(effect?.text);
    }
  }

  private note(text: TextValue | undefined): void {
    if (text === undefined) return;
    this.database.sent(renderedText(text));
  }
}
