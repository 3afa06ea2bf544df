import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SimulationRequest } from '../../src/protocol/simulation';
import { simulate } from '../../src/runner/simulate';
import { dockerMissing } from '../docker/docker';
import { requireOrSkip } from '../require';
import { faults } from './expected';
import { fixtures, program, withoutTools } from './tools';
import { verdictsByPoint } from './verdicts';

const folder = join(fixtures, 'migrate-mongo');
const skip = withoutTools() || requireOrSkip('docker', await dockerMissing());

/**
 * The real migrate-mongo at every point: documents that are filled, an index, documents that are counted up; its changelog, and its lock where
 * it is on. Per point the verdicts of `faults` in their order. The server is DocumentDB behind the MongoDB protocol (image mongo:8), not mongod.
 */
const verdicts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: {
    start: '- rolled-back complete rolled-back -',
    'before:1': 'rolled-back rolled-back complete rolled-back -',
    'during:1': '- resumable resumable resumable resumable',
    'after:1': '- resumable complete resumable resumable',
    'before:2': 'resumable resumable complete resumable -',
    'during:2': '- resumable - resumable resumable',
    'after:2': '- resumable complete resumable resumable',
    'before:3': 'resumable resumable complete resumable -',
    'during:3': '- unrecorded applied-twice applied-twice unrecorded',
    'after:3': '- unrecorded complete unrecorded unrecorded',
    unrecorded: 'unrecorded unrecorded complete unrecorded -',
  },
  // It clears its lock when `up` throws, and not when it is killed.
  locked: {
    start: '- rolled-back complete rolled-back -',
    'before:1': 'rolled-back blocked complete blocked -',
    'during:1': '- blocked resumable blocked resumable',
    'after:1': '- blocked complete blocked resumable',
    'before:2': 'resumable blocked complete blocked -',
    'during:2': '- blocked - blocked resumable',
    'after:2': '- blocked complete blocked resumable',
    'before:3': 'resumable blocked complete blocked -',
    'during:3': '- unrecorded applied-twice broken unrecorded',
    'after:3': '- unrecorded complete unrecorded unrecorded',
    unrecorded: 'unrecorded unrecorded complete unrecorded -',
    unlock: 'blocked blocked complete blocked blocked',
  },
};

describe.skipIf(skip)('migrate-mongo on DocumentDB behind the MongoDB protocol', () => {
  it.each(Object.keys(verdicts))('%s', async (title) => {
    const directory = join(folder, title);
    const request: SimulationRequest = {
      path: directory,
      command: { text: `${program('migrate-mongo')} up`, directory, historyTables: [] },
      before: join(folder, 'before.mongodb.js'),
      engine: 'mongodb',
      sandbox: 'docker',
      faults,
      points: 'all',
      rows: 0,
      seed: 1,
      jobs: 2,
      placeholders: {},
      collapse: true,
      load: 0,
    };
    const [simulation] = await simulate(request, () => undefined, new AbortController().signal);
    if (simulation === undefined) throw new Error('No simulation.');
    expect(verdictsByPoint(simulation)).toEqual(verdicts[title]);
  });
});
