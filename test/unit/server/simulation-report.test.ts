import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SimulationEvent } from '../../../src/protocol/simulation';
import { simulationText } from '../../../src/server/simulation-report';

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/simulation-recorded.json'), 'utf8')) as {
  goose: { events: SimulationEvent[] };
};
const finished = recorded.goose.events.find((event) => event.kind === 'finished');
if (finished === undefined) throw new Error('the recorded run did not finish');
const { simulation } = finished;

it('a simulation of the panel is written in the forms of the command line', () => {
  const markdown = simulationText({ simulation, format: 'markdown' }).text;
  expect(markdown).toMatch(/^# Failure report: 1 migration, 140 cells\n/);
  expect(markdown).toContain('DROP INDEX CONCURRENTLY public.orders_currency_placed_at_idx;');
  const html = simulationText({ simulation, format: 'html' }).text;
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).toContain('orders_currency_placed_at_idx');
  const json = JSON.parse(simulationText({ simulation, format: 'json' }).text) as unknown;
  expect(json).toMatchObject({ version: 1, simulations: [{ migration: { id: simulation.migration.id } }], summary: { cells: 140 } });
});
