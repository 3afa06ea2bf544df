import { importsOf } from '../../code/imports';
import { type CodeFiles, importCandidates, resolveImport } from '../../code/resolve';

interface Remembered<T> {
  /** What was read for it, by path; undefined for a file that was looked for and not there. */
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly value: T;
}

/**
 * What was made of a file of code, as long as neither the file nor what it imports has changed: evaluating a folder of some hundred
 * migrations takes seconds, and while somebody types only one of them changes. Equal values stay the same objects, so that what was
 * found out about them is known again, too.
 */
export class CodeMemory<T> {
  private readonly entries = new Map<string, Remembered<T>>();

  /** `maximum`: how many values are kept; those not asked for longest go first. */
  constructor(private readonly maximum = 4_000) {}

  /**
   * The value for a file, made when it is not known or no longer true. `key` tells apart what else it depends on (a framework, an engine);
   * `roots` are the files from which imports are followed; `isStill` is asked about what does not show in the files.
   */
  recall(key: string, roots: readonly string[], files: CodeFiles, make: () => T, isStill: (value: T) => boolean = () => true): T {
    const name = [key, ...roots.map((root) => `${root}\0${files.get(root) ?? ''}`)].join('\0');
    const known = this.entries.get(name);
    if (known !== undefined && isUnchanged(known.texts, files) && isStill(known.value)) {
      this.entries.delete(name);
      this.entries.set(name, known);
      return known.value;
    }
    const value = make();
    this.entries.delete(name);
    this.entries.set(name, { texts: importedTexts(roots, files), value });
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.maximum && oldest !== undefined) this.entries.delete(oldest);
    return value;
  }
}

function isUnchanged(texts: ReadonlyMap<string, string | undefined>, files: CodeFiles): boolean {
  for (const [path, text] of texts) if (files.get(path) !== text) return false;
  return true;
}

/** The files that code can import, directly or not, and where others would have been found. */
function importedTexts(roots: readonly string[], files: CodeFiles): ReadonlyMap<string, string | undefined> {
  const texts = new Map<string, string | undefined>();
  const waiting = [...roots];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = files.get(path);
    if (texts.has(path)) continue;
    texts.set(path, text);
    if (text === undefined) continue;
    for (const specifier of importsOf(text, path)) {
      const found = resolveImport(specifier, path, (candidate) => files.has(candidate));
      if (found !== undefined) waiting.push(found);
      else for (const candidate of importCandidates(specifier, path)) texts.set(candidate, undefined);
    }
  }
  return texts;
}
