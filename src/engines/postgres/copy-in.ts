import pg from 'pg';

/** What `pg` gives a query to talk with; its types leave these two out (pg/lib/connection.js). */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A COPY ... FROM stdin with its rows, as psql sends them from the lines behind it. `pg` alone refuses to be asked for rows. */
class CopyInQuery extends pg.Query {
  constructor(
    text: string,
    private readonly data: string,
    done: (error: Error | undefined) => void,
  ) {
    super({ text });
    Object.assign(this, { callback: done });
  }

  handleCopyInResponse(connection: CopyConnection): void {
    if (this.data !== '') connection.sendCopyFromChunk(Buffer.from(this.data));
    connection.endCopyFrom();
  }
}

/**
 * Runs one COPY ... FROM stdin. Rejects as `client.query` does.
 * @param lines as `Statement.copyData` has them: the line break before the first, and the closing `\\.`, are not part of the rows.
 */
export function copyIn(client: pg.Client, text: string, lines: string): Promise<void> {
  const rows = lines.replace(/^\r?\n/, '').replace(/(^|\n)\\\.\s*$/, '$1');
  return new Promise((resolve, reject) => {
    client.query(new CopyInQuery(text, rows, (error) => (error ? reject(error) : resolve())));
  });
}
