import { withoutPasswords } from '../../model/secrets';

/** Bytes of what a command prints that are kept. */
const keptBytes = 16 << 10;

/** The end of what was printed. A tool that prints without end costs no more memory than this. */
export class Tail {
  private readonly printed = new LastBytes();
  /** Of standard error alone: a flood on the other stream can drown an error that was printed before it. */
  private readonly complained = new LastBytes();

  add(chunk: Buffer, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.printed.add(chunk);
    if (stream === 'stderr') this.complained.add(chunk);
  }

  /** The last lines that say something, without colours and without anything in `secrets`; one line of text each. */
  lines(count: number, secrets: readonly string[]): readonly string[] {
    const telling = tellingLines(this.printed, secrets);
    return fromError(telling, count) ?? fromError(tellingLines(this.complained, secrets), count) ?? telling.slice(-count);
  }
}

class LastBytes {
  private chunks: Buffer[] = [];
  private length = 0;

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
    if (this.length < keptBytes * 2) return;
    const kept = Buffer.concat(this.chunks).subarray(-keptBytes);
    this.chunks = [Buffer.from(kept)];
    this.length = kept.length;
  }

  get text(): string {
    return Buffer.concat(this.chunks).subarray(-keptBytes).toString('utf8');
  }
}

function tellingLines({ text }: LastBytes, secrets: readonly string[]): readonly string[] {
  const lines = masked(plain(text), secrets)
    .split(/\r?\n|\r/)
    .map((line) => line.trim());
  return lines.filter((line) => line !== '' && !isNoise(line));
}

/** Tools print the error, and then what they were doing: from the last line that names one. */
function fromError(telling: readonly string[], count: number): readonly string[] | undefined {
  const error = telling.findLastIndex((line) =>
    /\b(error|fatal|failed|exception|denied|refused|terminated|locked)\b|ECONN|EPIPE/i.test(line),
  );
  return error === -1 ? undefined : telling.slice(error, error + count);
}

/** Without terminal sequences. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminal sequences begin with.
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
}

/** Without passwords in addresses, and without these words. */
function masked(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length >= 4).reduce((rest, secret) => rest.replaceAll(secret, '***'), withoutPasswords(text));
}

/** Fields of an error object as Node prints it. */
const errorField =
  /^(errno|code|syscall|severity|length|detail|hint|position|internalPosition|internalQuery|where|schema|table|column|dataType|constraint|file|line|routine|name|sql|parameters|query|driverError|parent|original|client|fatal|address|port):\s/;

/** What npm prints around the line that says what is wrong: where its log is, and the circumstances. `npm ERR!` before npm 10. */
const npmCircumstance =
  /^npm (warn|WARN|notice|verbose|info|http)\b|^npm (error|ERR!)\s*(\d{3}|\d{3} (Note that|tarball, folder)\b.*|(A complete log of this run|Lifecycle script|This is probably not a problem with npm)\b.*|(code|errno|syscall|path|workspace|location|signal|command|in workspace:|at location:)(\s.*)?|\S*[/\\]_logs[/\\].*)?$/;

/** Lines of a stack trace, and what an error object holds, say nothing to the reader of a report. */
function isNoise(line: string): boolean {
  if (errorField.test(line) || npmCircumstance.test(line)) return true;
  return /^at .+(:\d+|\(.*\)|<anonymous>)\)?( \{)?$/.test(line) || /^[\s{}()[\],;^~-]*$/.test(line) || /^Node\.js v\d/.test(line);
}
