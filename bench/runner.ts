/** The matrix as the editor runs it: in a runner process of its own, whose memory is measured. */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Simulation } from '../src/model/simulation';
import type { RunnerCommand, RunnerMessage, SimulationRequest } from '../src/protocol/simulation';

export interface MeasuredSimulation {
  readonly simulation: Simulation;
  /** Greatest resident memory of the runner; undefined where the system does not say. */
  readonly peakMemoryMb: number | undefined;
  /** From the start of the process to the first answered cell, and to the end of the process. */
  readonly firstCellMs: number;
  readonly totalMs: number;
}

/** Runs the simulation in a new runner process. Rejects with what the runner said when it failed, or when cells failed. */
export function simulateInRunner(request: SimulationRequest): Promise<MeasuredSimulation> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = fork(join(__dirname, 'runner.js'), [], { execArgv: [] });
    let simulation: Simulation | undefined;
    let firstCellMs = 0;
    let peakMemoryMb: number | undefined;
    child.on('message', (message: RunnerMessage) => {
      if (message.kind === 'cell' && message.cell.status === 'done' && firstCellMs === 0) firstCellMs = performance.now() - started;
      if (message.kind === 'cell' || message.kind === 'finished') peakMemoryMb = peakMemory(child.pid) ?? peakMemoryMb;
      if (message.kind === 'finished') simulation = message.simulation;
      if (message.kind === 'failed') reject(new Error(message.message));
    });
    child.on('error', reject);
    child.on('exit', () => {
      if (simulation === undefined) return reject(new Error('The runner ended without a result.'));
      const failed = simulation.cells.find((cell) => cell.status === 'failed');
      if (failed !== undefined) return reject(new Error(`${failed.id} failed: ${failed.why}`));
      resolve({ simulation, peakMemoryMb, firstCellMs, totalMs: performance.now() - started });
    });
    child.send({ kind: 'start', request } satisfies RunnerCommand);
  });
}

/** VmHWM of proc_pid_status(5), in kB. */
function peakMemory(processId: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
