import { type LoadView, loadView as view } from '../../src/model/load-view';
import type { SimulatedLoad, SimulatedStatement } from '../../src/model/simulation';
import { formatDuration, plural } from './numbers';

export function loadView(load: SimulatedLoad, statements: readonly SimulatedStatement[]): LoadView {
  return view(load, statements, { duration: formatDuration, plural });
}
