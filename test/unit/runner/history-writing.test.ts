import { expect, it } from 'vitest';
import { historyWriting } from '../../../src/engines/mongodb/command/writing';

const table = { schema: '', name: 'changelog', columns: [], rows: [] };
const column = (name: string, type: string) => ({ name, type, isGiven: false, isKey: false });
const fileName = { column: column('fileName', 'string'), value: '2024-a.js' };

it('writes the documents of a history as the shell takes them', () => {
  expect(historyWriting.deletion(table, [fileName])).toBe('db.changelog.deleteMany({ fileName: "2024-a.js" });');
  expect(historyWriting.deletion({ ...table, name: 'change-log' }, [])).toBe('db.getCollection("change-log").deleteMany({});');
});

it('gives a time of the run anew, and all else as it was', () => {
  const appliedAt = { column: column('appliedAt', 'date'), value: JSON.stringify({ $date: new Date().toISOString() }) };
  const block = { column: column('migrationBlock', 'double'), value: '1700000000000' };
  const nothing = { column: column('fileHash', 'string'), value: null };
  expect(historyWriting.insertion(table, [fileName, appliedAt, block, nothing])).toBe(
    'db.changelog.insertOne({\n  fileName: "2024-a.js",\n  appliedAt: new Date(),\n  migrationBlock: 1700000000000\n});',
  );
});

it('leaves a time that was there before the run', () => {
  const createdAt = { column: column('createdAt', 'date'), value: '{"$date":"2024-01-02T03:04:05Z"}' };
  expect(historyWriting.insertion(table, [createdAt])).toBe('db.changelog.insertOne({ createdAt: ISODate("2024-01-02T03:04:05.000Z") });');
});

it('sets a lock free only where it is held', () => {
  const isLocked = { column: column('isLocked', 'bool'), value: 'false' };
  expect(historyWriting.update(table, [isLocked], [isLocked])).toBe(
    'db.changelog.updateMany({ $or: [{ isLocked: { $ne: false } }] }, { $set: { isLocked: false } });',
  );
});
