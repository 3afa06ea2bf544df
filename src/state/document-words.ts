import type { StateDifference } from '../model/simulation';

const kinds: Readonly<Record<string, string>> = { table: 'collection', rows: 'documents' };

const words: readonly (readonly [RegExp, string])[] = [
  [/\brows\b/g, 'documents'],
  [/\brow\b/g, 'document'],
  [/\btable\b/g, 'collection'],
  [/\bcolumn(s?)\b/g, 'field$1'],
];

/** The same differences in the words of a database that keeps documents. What a tool's history holds is left as it is. */
export function inDocumentWords(differences: readonly StateDifference[]): StateDifference[] {
  return differences.map((difference) => {
    if (difference.kind === 'bookkeeping') return difference;
    const detail = words.reduce((text, [pattern, word]) => text.replace(pattern, word), difference.detail);
    return { ...difference, kind: kinds[difference.kind] ?? difference.kind, detail };
  });
}
