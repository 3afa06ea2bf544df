import type { NativeCall } from '../../../code/native';
import { undefinedValue, type Value } from '../../../code/value';
import { optionsOf, text } from './options';
import type { Sender } from './send';

/**
 * Transactions that a migration opens and ends itself (`PostgresQueryRunner.js`). Inside of another one TypeORM makes a savepoint; a COMMIT
 * of the outermost ends the transaction that TypeORM opened around the migration.
 */
export class Transactions {
  constructor(
    private readonly sender: Sender,
    private depth: number,
  ) {}

  get isActive(): boolean {
    return this.depth > 0;
  }

  start(call: NativeCall): Value {
    const level = text(optionsOf(call.arg(0)));
    if (this.depth === 0) {
      this.sender.written(call, ['START TRANSACTION', ...(level === undefined ? [] : [`SET TRANSACTION ISOLATION LEVEL ${level}`])]);
    } else this.sender.written(call, [`SAVEPOINT typeorm_${this.depth}`]);
    this.depth++;
    return undefinedValue;
  }

  commit(call: NativeCall): Value {
    return this.end(call, 'COMMIT', 'RELEASE SAVEPOINT');
  }

  rollBack(call: NativeCall): Value {
    // In a catch it undoes what has failed: nothing of a run that succeeds.
    if (call.machine.inHandler) return undefinedValue;
    return this.end(call, 'ROLLBACK', 'ROLLBACK TO SAVEPOINT');
  }

  /** Runs `work` in a transaction of its own, or a savepoint. */
  around(call: NativeCall, work: () => Value): Value {
    this.start({ ...call, arg: () => undefinedValue });
    const result = work();
    this.commit(call);
    return result;
  }

  private end(call: NativeCall, outermost: string, inner: string): Value {
    if (this.depth > 1) this.sender.written(call, [`${inner} typeorm_${this.depth - 1}`]);
    else if (this.depth === 1) this.sender.written(call, [outermost]);
    this.depth = Math.max(0, this.depth - 1);
    return undefinedValue;
  }
}
