import { type Document, deserialize, Int32, Long, UUID } from 'bson';
import { describe, expect, it } from 'vitest';
import { ImpossibleHere } from '../../../../src/engines/impossible';
import { splitOf } from '../../../../src/engines/mongodb/faults/inside/split';
import type { WireRequest } from '../../../../src/wire/mongodb/handlers';
import { decoded, encoded, nameOf, plainly, type RawCommand } from '../../../../src/wire/mongodb/messages';

function requestOf(document: Document, apart: Readonly<Record<string, readonly Document[]>> = {}): WireRequest {
  const raw: RawCommand = {
    ...encoded({ ...document, $db: 'shop' }),
    sequences: Object.entries(apart).map(([name, documents]) => ({
      name,
      bytes: Buffer.concat(documents.map((each) => encoded(each).body)),
    })),
  };
  return {
    connection: undefined as never,
    number: 1,
    name: nameOf(raw),
    raw,
    foreignDatabase: undefined,
    session: undefined,
    inTransaction: document.autocommit === false,
    transactionSession: undefined,
    command: decoded(raw),
  };
}

const shown = (command: RawCommand): Document => ({
  ...plainly(command.body),
  ...Object.fromEntries(
    Object.entries(decoded(command)).flatMap(([name, value]) =>
      command.sequences.some((each) => each.name === name) ? [[name, plain(value)]] : [],
    ),
  ),
});
const plain = (list: unknown): unknown => (Array.isArray(list) ? list.map((each: Document) => deserialize(encoded(each).body)) : list);

const nothing = (): never => {
  throw new Error('Nothing was to be asked.');
};

describe('a write of many in two halves', () => {
  it.each([true, false])('is a list cut in two, each entry with its own number for retrying (%s)', async (apart) => {
    const documents = [1, 2, 3, 4, 5].map((_id) => ({ _id }));
    const lsid = { id: new UUID() };
    const command = { insert: 'a', ordered: true, lsid, txnNumber: Long.fromNumber(7) };
    const request = apart ? requestOf(command, { documents }) : requestOf({ ...command, documents });
    const split = await splitOf(request, nothing, true);
    expect(shown(split.first)).toMatchObject({
      insert: 'a',
      ordered: true,
      txnNumber: 7,
      stmtIds: [0, 1],
      documents: documents.slice(0, 2),
      $db: 'shop',
    });
    expect(shown(split.rest)).toMatchObject({ txnNumber: 7, stmtIds: [2, 3, 4], documents: documents.slice(2) });
    expect(split.told).toBe('has inserted 2 of 5 documents of a');
  });

  it('has the number for retrying in its second half alone, where a server knows no entries', async () => {
    const documents = [1, 2].map((_id) => ({ _id }));
    const split = await splitOf(requestOf({ insert: 'a', txnNumber: Long.fromNumber(7) }, { documents }), nothing, false);
    expect(shown(split.first)).not.toHaveProperty('txnNumber');
    expect(shown(split.rest)).toMatchObject({ txnNumber: 7 });
    expect(shown(split.rest)).not.toHaveProperty('stmtIds');
  });

  it('begins a transaction once', async () => {
    const documents = [1, 2].map((_id) => ({ _id }));
    const transaction = { txnNumber: Long.fromNumber(7), autocommit: false };
    const split = await splitOf(
      requestOf({ insert: 'a', ...transaction, startTransaction: true, readConcern: { level: 'snapshot' } }, { documents }),
      nothing,
      true,
    );
    expect(shown(split.first)).toMatchObject({
      txnNumber: 7,
      autocommit: false,
      startTransaction: true,
      readConcern: { level: 'snapshot' },
    });
    expect(shown(split.rest)).toMatchObject({ txnNumber: 7, autocommit: false });
    expect(shown(split.rest)).not.toHaveProperty('startTransaction');
    expect(shown(split.rest)).not.toHaveProperty('readConcern');
  });

  it('is asked for the documents that it matches, over several pages, and narrowed to halves of them', async () => {
    const asked: Document[] = [];
    const pages = [
      { ok: 1, cursor: { id: Long.fromNumber(9), firstBatch: [{ _id: 1 }, { _id: 'x' }] } },
      { ok: 1, cursor: { id: 0, nextBatch: [{ _id: 3 }] } },
    ];
    const request = requestOf(
      { update: 'a', let: { now: 1 } },
      { updates: [{ q: { v: 1 }, u: { $set: { v: 2 } }, multi: true, upsert: true, collation: { locale: 'en' } }] },
    );
    const split = await splitOf(request, async (command) => pages[asked.push(plainly(command.body)) - 1] ?? {}, true);
    expect(asked).toMatchObject([
      { find: 'a', filter: { v: 1 }, projection: { _id: 1 }, collation: { locale: 'en' }, let: { now: 1 }, $db: 'shop' },
      { getMore: 9, collection: 'a', $db: 'shop' },
    ]);
    expect(shown(split.first).updates).toEqual([
      { q: { $and: [{ v: 1 }, { _id: { $in: [1] } }] }, u: { $set: { v: 2 } }, multi: true, collation: { locale: 'en' } },
    ]);
    expect(shown(split.rest).updates).toMatchObject([{ q: { $and: [{ v: 1 }, { _id: { $in: ['x', 3] } }] } }]);
    expect(split.told).toBe('has updated 1 of 3 documents of a');
  });

  it('asks in the transaction that has begun, and before the one that begins', async () => {
    const page = { ok: 1, cursor: { id: 0, firstBatch: [{ _id: 1 }, { _id: 2 }] } };
    const lsid = { id: new UUID() };
    for (const begins of [true, false]) {
      const asked: Document[] = [];
      const session = { lsid, txnNumber: Long.fromNumber(3), autocommit: false, ...(begins && { startTransaction: true }) };
      const request = requestOf({ delete: 'a', ...session }, { deletes: [{ q: {}, limit: 0 }] });
      const ask = async (command: RawCommand) => {
        asked.push(plainly(command.body));
        return page;
      };
      await splitOf(request, ask, true);
      expect(asked.map((each) => ['autocommit' in each, 'lsid' in each])).toEqual([[!begins, !begins]]);
    }
  });

  it('may be the command of many collections', async () => {
    const request = requestOf(
      { bulkWrite: 1, ordered: true, txnNumber: Long.fromNumber(1) },
      {
        ops: [
          { insert: 0, document: { _id: 1 } },
          { update: 1, filter: {}, updateMods: { $set: { a: 1 } }, multi: false },
        ],
        nsInfo: [{ ns: 'shop.a' }, { ns: 'shop.b' }],
      },
    );
    const split = await splitOf(request, nothing, true);
    expect(shown(split.first)).toMatchObject({ ops: [{ insert: 0 }], nsInfo: [{ ns: 'shop.a' }, { ns: 'shop.b' }], stmtIds: [0] });
    const one = (idx: number, n: number) => ({ idx, ok: 1, n });
    expect(
      split.merged(
        { ok: 1, nInserted: 1, nModified: 0, nErrors: 0, cursor: { id: 0, firstBatch: [one(0, 1)] } },
        { ok: 1, nInserted: 0, nModified: 1, nErrors: 0, cursor: { id: 0, firstBatch: [one(0, 1)] } },
      ),
    ).toMatchObject({ nInserted: 1, nModified: 1, cursor: { firstBatch: [one(0, 1), one(1, 1)] } });
    const many = requestOf({ bulkWrite: 1 }, { ops: [{ delete: 0, filter: { v: 1 }, multi: true }], nsInfo: [{ ns: 'shop.a' }] });
    const halves = await splitOf(many, async () => ({ ok: 1, cursor: { id: 0, firstBatch: [{ _id: 1 }, { _id: 2 }] } }), true);
    expect(halves.told).toBe('has deleted 1 of 2 documents of a');
  });

  it('is answered with the sum of both answers, positions as in the whole', async () => {
    const updates = [1, 2, 3, 4].map((_id) => ({ q: { _id }, u: { $set: { a: 1 } } }));
    const { merged } = await splitOf(requestOf({ update: 'a', ordered: false }, { updates }), nothing, true);
    expect(
      merged(
        { ok: 1, n: 2, nModified: 1, upserted: [{ index: 1, _id: 2 }] },
        { ok: 1, n: 1, nModified: 1, upserted: [{ index: 0, _id: 3 }], writeErrors: [{ index: 1, code: 11000, errmsg: 'x' }] },
      ),
    ).toEqual({
      ok: 1,
      n: 3,
      nModified: 2,
      upserted: [
        { index: 1, _id: 2 },
        { index: 2, _id: 3 },
      ],
      writeErrors: [{ index: 3, code: 11000, errmsg: 'x' }],
    });
    expect(merged({ ok: 1, n: 2 }, { ok: 0, code: 50, errmsg: 'over' })).toEqual({ ok: 0, code: 50, errmsg: 'over' });
  });

  it.each<[string, Document]>([
    ['one document', { insert: 'a', documents: [{}] }],
    ['one update', { update: 'a', updates: [{ q: {}, u: {} }] }],
    ['an index', { createIndexes: 'a', indexes: [{ key: { v: new Int32(1) }, name: 'v_1' }] }],
    ['a merge', { aggregate: 'a', pipeline: [{ $merge: 'b' }] }],
    ['a removal of the collection', { drop: 'a' }],
  ])('there is none of %s', async (_, command) => {
    await expect(splitOf(requestOf(command), nothing, true)).rejects.toBeInstanceOf(ImpossibleHere);
  });
});
