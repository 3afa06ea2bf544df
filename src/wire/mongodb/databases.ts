import { createHash } from 'node:crypto';

/** Databases of the server's own, which keep their names. */
const ownNames: ReadonlySet<string> = new Set(['admin', 'config', 'local', '$external']);
/** A name may have 63 bytes (manual, "MongoDB Limits and Thresholds"). */
const longestName = 63;

/**
 * Which database of the sandbox a client's database is, one for all connections of an execution. The first name that a client uses, of
 * those that are not the server's own, is the execution's database; any other lies beside it, under a name that begins with its name. A name
 * that is one of these already stays as it is.
 */
export class DatabaseMap {
  private first: string | undefined;
  private readonly beside = new Map<string, string>();

  /** @param own the execution's database; empty: nothing is mapped */
  constructor(private readonly own: string) {}

  /** What the server calls the client's database. */
  toServer(name: string): string {
    if (this.own === '' || ownNames.has(name)) return name;
    if (name === this.own) {
      this.first ??= name;
      return name;
    }
    if (name.startsWith(`${this.own}-`)) return name;
    this.first ??= name;
    if (name === this.first) return this.own;
    const known = this.beside.get(name);
    if (known !== undefined) return known;
    const mapped = this.besideName(name);
    this.beside.set(name, mapped);
    return mapped;
  }

  /** What the client calls the server's database; undefined for one that it must not see. */
  toClient(name: string): string | undefined {
    if (this.own === '' || ownNames.has(name)) return name;
    if (name === this.own) return this.first ?? name;
    for (const [own, mapped] of this.beside) if (mapped === name) return own;
    return name.startsWith(`${this.own}-`) ? name : undefined;
  }

  /** The client's name of a database, as far as it is another than the execution's own. */
  foreign(name: string): string | undefined {
    const mapped = this.toServer(name);
    return mapped === this.own ? undefined : name;
  }

  /** A collection with its database in front. */
  namespaceToServer(namespace: string): string {
    return mappedNamespace(namespace, (name) => this.toServer(name));
  }

  namespaceToClient(namespace: string): string {
    return mappedNamespace(namespace, (name) => this.toClient(name) ?? name);
  }

  /** A text of the server's, such as the message of an error, in the client's names. */
  textToClient(text: string): string {
    if (this.own === '' || !text.includes(this.own)) return text;
    let written = text;
    for (const [own, mapped] of this.beside) written = written.replaceAll(mapped, own);
    if (this.first === undefined || this.first === this.own) return written;
    return written.replaceAll(new RegExp(`(?<![\\w-])${escaped(this.own)}(?![\\w-])`, 'g'), this.first);
  }

  private besideName(name: string): string {
    const plain = `${this.own}-${name}`;
    if (Buffer.byteLength(plain) <= longestName) return plain;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
    return `${this.own}-${hash}`;
  }
}

function mappedNamespace(namespace: string, map: (name: string) => string): string {
  const dot = namespace.indexOf('.');
  return dot === -1 ? map(namespace) : `${map(namespace.slice(0, dot))}${namespace.slice(dot)}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
