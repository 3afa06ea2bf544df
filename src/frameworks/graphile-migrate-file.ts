import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** One file of graphile-migrate: its headers, and what is sent of it (`migration.js`, `parseMigrationText`; `header.js`). */
export interface GraphileFile {
  /** `--! Previous: sha1:...`; by name, in the order of the file. */
  readonly headers: ReadonlyMap<string, string>;
  /** Where the body begins. */
  readonly bodyStart: number;
  /** The first line of the body is `--! no-transaction`. */
  readonly isWithoutTransaction: boolean;
  /** Headers of a committed migration end in an empty line. */
  readonly isSeparated: boolean;
}

/** Headers begin with a capital letter; other marks (`--! split`, `--! no-transaction`, `--! Included`'s end) belong to the body. */
const header = /^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$/;

export function readGraphileFile(text: string): GraphileFile {
  const headers = new Map<string, string>();
  let at = 0;
  for (const line of text.split('\n')) {
    const [, name, value = ''] = header.exec(line) ?? [];
    if (name === undefined) break;
    headers.set(name, value.trim());
    at += line.length + 1;
  }
  const bodyStart = Math.min(at, text.length);
  const body = text.slice(bodyStart);
  return {
    headers,
    bodyStart,
    isWithoutTransaction: /^--!\s*no-transaction\b/.test(body.trimStart()),
    isSeparated: body === '' || body.startsWith('\n'),
  };
}

/** `hash.js`: a committed migration is known by its body and by the one before it. */
export function graphileHash(body: string, previous: string | undefined): string {
  return `sha1:${bytesToHex(sha1(utf8ToBytes(`${`${previous ?? ''}\n${body.trim()}`.trim()}\n`)))}`;
}
