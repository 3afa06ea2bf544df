import { describe, expect, it } from 'vitest';
import { LintCache } from '../../../src/lint/cache';
import { defaultConfiguration } from '../../../src/lint/configuration';
import { LineIndex } from '../../../src/parse/lines';
import { analyseFolder } from '../../../src/server/analyse-folder';
import type { Analysis } from '../../../src/server/analysis';
import { codeLenses } from '../../../src/server/code-lens';
import { hoverAt } from '../../../src/server/hover';
import { inlayHints } from '../../../src/server/inlay-hints';
import { planDocument } from '../../../src/server/plan-document';

const text = `module.exports = {
  async up(db, client) {
    await db.createCollection('events');
    await db.collection('events').createIndex({ at: 1 }, { name: 'at' });
    await db.collection('orders').createIndex({ total: 1 }, { name: 'total' });
    await db.collection('orders').updateMany({ total: null }, { $set: { total: 0 } });
    const session = client.startSession();
    await session.withTransaction(async () => {
      await db.collection('orders').dropIndex('old', { session });
    });
    await session.endSession();
  },

  async down(db) {
    await db.collection('events').drop();
  },
};
`;
const name = '20240102000000-events.js';

async function analysed(): Promise<Analysis> {
  const files = [{ path: name, text }];
  const folder = await analyseFolder({ folder: '/x', files, configuration: defaultConfiguration, paths: [name], cache: new LintCache() });
  const analysis = folder.file(name);
  if (analysis === undefined) throw new Error('no migration');
  return analysis;
}

function shownAt(analysis: Analysis, part: string): string {
  const contents = hoverAt(analysis, new LineIndex(text).position(text.indexOf(part) + 1))?.contents;
  return typeof contents === 'object' && 'value' in contents ? contents.value : '';
}

describe('a migration for MongoDB', () => {
  it('shows on hover the command in mongosh’s words, and what it does to the collection', async () => {
    const analysis = await analysed();
    const built = shownAt(analysis, "db.collection('orders').createIndex");
    expect(built).toContain('```javascript\ndb.orders.createIndex({ total: 1 }');
    expect(built).toContain('**Locks** exclusive at start and end on `orders`');
    expect(built).toContain('builds an index over the whole collection. All documents of orders are read.');
    expect(shownAt(analysis, "db.collection('events').createIndex")).toContain('changes the catalog only');
    expect(shownAt(analysis, "db.collection('orders').updateMany")).toContain('changes documents');
    expect(shownAt(analysis, "db.collection('orders').dropIndex")).toContain('refuses it inside a transaction: indexes can’t be dropped');
  });

  it('has hints that say what is worth a word', async () => {
    const hints = inlayHints(await analysed(), { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } });
    expect(hints.map(({ position, label }) => [position.line, label])).toEqual([
      [4, 'exclusive at start and end, builds an index'],
      [5, 'changes documents'],
      [8, 'exclusive on orders, not in a transaction'],
      [14, 'exclusive on events'],
    ]);
  });

  it('is summed up above its first call, and in its plan', async () => {
    const analysis = await analysed();
    const titles = codeLenses(analysis).map(({ command }) => command?.title);
    expect(titles).toContain('7 commands, of which number 6 can’t run in a transaction and is refused: the migration always fails');
    expect(titles).toContain('1 command, done as a whole: a failure leaves nothing behind');
    expect(planDocument(analysis)).toContain('```javascript\ndb.events.drop()');
  });
});
