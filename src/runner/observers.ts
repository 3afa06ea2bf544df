import type { FaultName, PlannedCell } from '../model/fault';
import { observeDirty } from './dirty';
import { observeDiskFull } from './disk-full';
import type { Laboratory } from './laboratory';
import { type FailedExperiment, failedExperiment, type Observation, observe } from './observe';
import type { Trace } from './trace';

type Observer = (laboratory: Laboratory, trace: Trace, cell: PlannedCell) => Promise<Observation | FailedExperiment>;

/** Faults that begin elsewhere than in a clone of the state before. */
const observers: { readonly [F in FaultName]?: Observer } = { 'dirty-data': observeDirty, 'disk-full': observeDiskFull };

/** Carries out one cell of any fault but a crash, which many cells share. Rejects only when the simulation is cancelled. */
export const observeCell: Observer = async (laboratory, trace, cell) => {
  try {
    return await (observers[cell.fault] ?? observe)(laboratory, trace, cell);
  } catch (error) {
    return failedExperiment(laboratory, cell, error);
  }
};
