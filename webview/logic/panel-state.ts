import type { PlannedCell } from '../../src/model/fault';
import type { CellResult, SimulatedLoad, SimulatedMigration, SimulatedStatement, Simulation } from '../../src/model/simulation';
import type { ChangedSince, PanelChoices, PanelSubject, ToPanel } from '../../src/protocol/panel';
import type { SimulationEvent, SimulationPhase } from '../../src/protocol/simulation';

/** One run of the matrix, as far as it is known. */
export interface Run {
  readonly migration: SimulatedMigration;
  readonly statements: readonly SimulatedStatement[];
  readonly transactions: Simulation['transactions'];
  readonly cells: readonly PlannedCell[];
  /** What an application felt beside it, when one was run. */
  readonly load?: SimulatedLoad;
  /** By cell id; grows while the run goes on. */
  readonly results: Readonly<Record<string, CellResult>>;
  /** Set when the run has finished. */
  readonly simulation?: Simulation;
}

export type Stage = 'waiting' | 'ready' | 'running' | 'finished' | 'failed' | 'cancelled';

export interface PanelState {
  readonly stage: Stage;
  readonly subject?: PanelSubject;
  readonly choices?: PanelChoices;
  readonly phase?: { readonly phase: SimulationPhase; readonly detail: string };
  /** Cancel was pressed, and the runner has not answered yet. */
  readonly cancelling: boolean;
  readonly run?: Run;
  readonly failure?: { readonly message: string; readonly code?: string };
  /** What was changed since the run that is shown. */
  readonly outdated?: ChangedSince;
  /** Id of the cell the reader chose. */
  readonly selected?: string;
  /** What the panel remembered before it was reloaded; used up by the first subject with the same path. */
  readonly remembered?: Remembered;
}

/** What survives a reload of the panel. */
export interface Remembered {
  readonly path: string;
  readonly choices: PanelChoices;
  /** What was offered then: what was left as it was goes with what is offered now. */
  readonly offered?: PanelChoices;
  readonly selected?: string;
}

/** What the reader does. */
export type PanelAction =
  | { readonly kind: 'choose'; readonly choices: PanelChoices }
  | { readonly kind: 'run' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'select'; readonly id: string };

/** The state before the first message. `remembered` is whatever the panel stored, which may be from another version: it is checked here. */
export function initialState(remembered?: unknown): PanelState {
  return { stage: 'waiting', cancelling: false, ...(isRemembered(remembered) && { remembered }) };
}

/** What to store, so that a reload of the panel loses nothing. */
export function toRemember(state: PanelState): Remembered | undefined {
  if (state.subject === undefined || state.choices === undefined) return state.remembered;
  const { path, choices: offered } = state.subject;
  return { path, choices: state.choices, offered, ...(state.selected !== undefined && { selected: state.selected }) };
}

/** The next state. Pure: the same messages give the same panel. */
export function reduce(state: PanelState, message: ToPanel | PanelAction): PanelState {
  switch (message.kind) {
    case 'subject':
      return withSubject(state, message.subject);
    case 'event':
      return withEvent(state, message.event);
    case 'outdated': {
      const { outdated: _, ...rest } = state;
      return message.changed === undefined ? rest : { ...rest, outdated: message.changed };
    }
    case 'replay': {
      const fresh = withSubject({ stage: 'waiting', cancelling: false, ...restOf(state) }, message.subject);
      return message.events.reduce(withEvent, fresh);
    }
    case 'choose':
      return { ...state, choices: message.choices };
    case 'run':
      return started(state);
    case 'cancel':
      return state.stage === 'running' ? { ...state, cancelling: true } : state;
    case 'select':
      return { ...state, selected: message.id };
  }
}

/** What a replay must not forget. */
function restOf(state: PanelState): Partial<PanelState> {
  const remembered = toRemember(state);
  return remembered === undefined ? {} : { remembered };
}

function withSubject(state: PanelState, subject: PanelSubject): PanelState {
  if (state.subject?.path === subject.path) {
    // A start was refused: nothing will come of it.
    const refused = subject.restricted !== undefined && state.stage === 'running' && state.phase === undefined;
    if (refused) return { ...state, stage: 'ready', subject };
    return { ...state, subject, choices: usableChoices(subject, followed(state.choices, state.subject.choices, subject.choices)) };
  }
  const remembered = state.remembered?.path === subject.path ? state.remembered : undefined;
  return {
    stage: 'ready',
    cancelling: false,
    subject,
    choices: usableChoices(subject, followed(remembered?.choices, remembered?.offered, subject.choices)),
    ...(remembered?.selected !== undefined && { selected: remembered.selected }),
  };
}

/** What the reader chose stays; what was left as it was offered goes with what is offered now, such as the version of another engine. */
function followed(choices: PanelChoices | undefined, offered: PanelChoices | undefined, now: PanelChoices): PanelChoices {
  if (choices === undefined) return now;
  if (offered === undefined) return choices;
  return {
    ...choices,
    ...(choices.sandbox === offered.sandbox && { sandbox: now.sandbox }),
    ...(choices.engineVersion === offered.engineVersion && { engineVersion: now.engineVersion }),
    ...(choices.rows === offered.rows && { rows: now.rows }),
    ...(choices.seed === offered.seed && { seed: now.seed }),
    ...(choices.load === offered.load && now.load !== undefined && { load: now.load }),
  };
}

/** The same choices, with what this machine or this version no longer offers replaced. */
function usableChoices(subject: PanelSubject, choices: PanelChoices): PanelChoices {
  const usable = subject.sandboxes.filter((sandbox) => sandbox.unavailable === undefined);
  const sandbox = usable.some(({ name }) => name === choices.sandbox) ? choices.sandbox : (usable[0]?.name ?? choices.sandbox);
  const versions = [choices.engineVersion, subject.choices.engineVersion, ...subject.engineVersions.slice(-1)];
  const engineVersion = versions.find((version) => subject.engineVersions.includes(version)) ?? choices.engineVersion;
  return { ...choices, sandbox, engineVersion };
}

function started(state: PanelState): PanelState {
  const { run: _run, failure: _failure, phase: _phase, outdated: _outdated, ...kept } = state;
  return { ...kept, stage: 'running', cancelling: false };
}

function withEvent(state: PanelState, event: SimulationEvent): PanelState {
  switch (event.kind) {
    case 'phase': {
      if (event.phase === 'done') return state;
      const running = state.stage === 'running' ? state : started(state);
      return { ...running, phase: { phase: event.phase, detail: event.detail } };
    }
    case 'planned': {
      const { migration, statements, transactions, cells, load } = event;
      const running = state.stage === 'running' ? state : started(state);
      return { ...running, run: { migration, statements, transactions, cells, ...(load && { load }), results: {} } };
    }
    case 'cell':
      if (state.run === undefined) return state;
      return { ...state, run: { ...state.run, results: { ...state.run.results, [event.cell.id]: event.cell } } };
    case 'finished':
      return { ...state, stage: 'finished', cancelling: false, run: finishedRun(state.run, event.simulation) };
    case 'failed':
      return {
        ...state,
        stage: 'failed',
        cancelling: false,
        failure: { message: event.message, ...(event.code !== undefined && { code: event.code }) },
      };
    case 'cancelled':
      return { ...state, stage: 'cancelled', cancelling: false };
  }
}

function finishedRun(run: Run | undefined, simulation: Simulation): Run {
  const { migration, statements, transactions, load } = simulation;
  const streamed = run !== undefined && run.cells.length >= simulation.cells.length ? run.cells : simulation.cells.map(plannedFrom);
  const results = { ...run?.results, ...Object.fromEntries(simulation.cells.map((cell) => [cell.id, cell])) };
  return { migration, statements, transactions, cells: streamed, ...(load && { load }), results, simulation };
}

function plannedFrom(cell: CellResult): PlannedCell {
  const { id, point, fault, sameAs } = cell;
  return {
    id,
    point,
    fault,
    ...(sameAs !== undefined && { sameAs }),
    ...(cell.status === 'impossible' && { impossible: cell.why ?? 'This fault cannot strike here.' }),
  };
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('choices' in value)) return false;
  const { path, choices } = value;
  if (typeof path !== 'string' || typeof choices !== 'object' || choices === null) return false;
  if ('selected' in value && typeof value.selected !== 'string') return false;
  const has = (type: string) => (key: string) => typeof Reflect.get(choices, key) === type;
  return ['rows', 'seed'].every(has('number')) && ['engineVersion', 'sandbox'].every(has('string'));
}
