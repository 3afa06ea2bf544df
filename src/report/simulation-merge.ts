import { failure, type Result, success } from '../model/result';
import type { Shard, Simulation, SimulationReport } from '../model/simulation';
import { simulationReport } from './simulation-json';

/** A report, and what to call it in a message: the file that it stands in. */
export interface NamedReport {
  readonly name: string;
  readonly report: SimulationReport;
}

/** Reads what `simulate --format json` printed. `name` is the file's. */
export function readReport(text: string, name: string): Result<SimulationReport> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure({ message: `${name} is not JSON: give what simulate --format json printed` });
  }
  if (!isReport(value)) return failure({ message: `${name} is not what simulate --format json prints` });
  if (value.version !== 1)
    return failure({ message: `${name} is version ${value.version} of the report, and this faultline reads version 1` });
  return success(value);
}

function isReport(value: unknown): value is SimulationReport {
  const { version, simulations, summary } = (value ?? {}) as Partial<SimulationReport>;
  if (typeof version !== 'number' || typeof summary !== 'object' || !Array.isArray(simulations)) return false;
  return simulations.every(
    (one: Partial<Simulation> | null) =>
      typeof one?.migration === 'object' && typeof one.summary === 'object' && Array.isArray(one.cells) && Array.isArray(one.statements),
  );
}

/**
 * One report of several. Those of shards are put into the order of the folder, and must be all of one run, each once; others follow each
 * other as they are given. The duration is that of all together, as one machine would have needed it.
 */
export function mergeReports(reports: readonly NamedReport[]): Result<SimulationReport> {
  const problem = shardProblem(reports);
  if (problem !== undefined) return failure({ message: problem });
  const count = reports[0]?.report.shard?.count ?? 0;
  const placed = reports.flatMap(({ report }, position) =>
    report.simulations.map((simulation, index) => ({
      simulation,
      // The shards take turns.
      place: report.shard === undefined ? position : index * count + report.shard.index,
    })),
  );
  const simulations = placed.sort((left, right) => left.place - right.place).map(({ simulation }) => simulation);
  const durationMs = reports.reduce((total, { report }) => total + report.summary.durationMs, 0);
  return success(simulationReport(simulations, durationMs));
}

function shardProblem(reports: readonly NamedReport[]): string | undefined {
  const shards = reports.flatMap(({ name, report: { shard } }) => (shard === undefined ? [] : [{ name, shard }]));
  if (shards.length === 0) return undefined;
  const whole = reports.find(({ report }) => report.shard === undefined);
  if (whole !== undefined) return `${whole.name} is no shard, and ${shards[0]?.name} is: give the shards of one run, or whole reports`;
  const count = shards[0]?.shard.count ?? 0;
  const other = shards.find(({ shard }) => shard.count !== count);
  if (other !== undefined)
    return `${shards[0]?.name} is of ${count} shards, and ${other.name} of ${other.shard.count}: give those of one run`;
  const twice = shards.find(({ shard }, position) => shards.findIndex((each) => each.shard.index === shard.index) !== position);
  if (twice !== undefined) return `shard ${shardText(twice.shard)} is given twice: the second time as ${twice.name}`;
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) =>
    shards.every(({ shard }) => shard.index !== index),
  );
  if (missing.length === 0) return undefined;
  return `${missing.length === 1 ? 'shard' : 'shards'} ${missing.map((index) => shardText({ index, count })).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: what they simulated would be taken for tested`;
}

/** As it is written on the command line: `2/4`. */
export function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}
