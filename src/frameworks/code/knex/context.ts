/** Which connection a statement runs on: that of the migration, a transaction that it opened, or that of another knex. */
export type Connection = 'own' | 'other' | { readonly transaction: number };

/** What one run of a program knows. */
export class RunContext {
  private transactions = 0;

  /** True when knex runs the program in a transaction, so that one which it opens by itself is a savepoint of that. The file itself says so. */
  wrapped = true;

  newTransaction(): Connection {
    this.transactions++;
    return { transaction: this.transactions };
  }
}
