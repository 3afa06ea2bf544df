import { expect, it } from 'vitest';
import { inDocumentWords } from '../../../src/state/document-words';

it('speaks of collections and documents', () => {
  expect(
    inDocumentWords([
      { kind: 'table', name: 'users', change: 'added', detail: '' },
      { kind: 'rows', name: 'orders', change: 'changed', detail: '1 row in the new table' },
      { kind: 'rows', name: 'old', change: 'removed', detail: '12 rows gone with the table' },
    ]),
  ).toEqual([
    { kind: 'collection', name: 'users', change: 'added', detail: '' },
    { kind: 'documents', name: 'orders', change: 'changed', detail: '1 document in the new collection' },
    { kind: 'documents', name: 'old', change: 'removed', detail: '12 documents gone with the collection' },
  ]);
});

it('leaves what a tool wrote as it is', () => {
  const written = { kind: 'bookkeeping', name: 'changelog', change: 'added', detail: 'fileName=1-table-rows.js' } as const;
  expect(inDocumentWords([written])).toEqual([written]);
});
