import type { Socket } from 'node:net';

/** Bytes of a held response that are kept. A longer one can't be released: the connection is cut instead. */
const greatestWithheld = 64 << 20;

/** What goes to the client, in order, with a held response kept back. */
export class ClientOutput {
  private readonly client: Socket;
  private withheld: Buffer[] = [];
  private withheldBytes = 0;

  constructor(client: Socket) {
    this.client = client;
  }

  /** True when more was held than is kept. */
  get overflowed(): boolean {
    return this.withheldBytes > greatestWithheld;
  }

  /** Passes on, unless something before it is held: the client must see the answers in order. */
  write(bytes: Buffer): void {
    if (this.withheldBytes > 0) this.withhold(bytes);
    else if (this.client.writable) this.client.write(bytes);
  }

  withhold(bytes: Buffer): void {
    this.withheldBytes += bytes.length;
    if (this.overflowed) this.withheld = [];
    else this.withheld.push(bytes);
  }

  /** Passes on what was held. */
  flush(): void {
    const bytes = this.withheld;
    this.drop();
    for (const part of bytes) this.write(part);
  }

  /** Forgets what was held. */
  drop(): void {
    this.withheld = [];
    this.withheldBytes = 0;
  }
}
