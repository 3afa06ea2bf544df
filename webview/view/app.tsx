import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FromPanel } from '../../src/protocol/panel';
import { cellName, progressOf, viewCell, viewWords, worstCell } from '../logic/cells';
import type { Filter } from '../logic/filter';
import { headlineOf } from '../logic/headline';
import type { PanelAction, PanelState, Run } from '../logic/panel-state';
import { storyOf } from '../logic/story';
import { ActionsContext } from './context';
import { Details } from './details';
import { Header } from './header';
import { Load } from './load';
import { Matrix } from './matrix';
import { Setup } from './setup';
import { outdatedText, Status } from './status';
import { Summary } from './summary';

interface AppProps {
  readonly state: PanelState;
  readonly dispatch: (action: PanelAction) => void;
  readonly post: (message: FromPanel) => void;
}

/** The whole panel, from one state. */
export function App({ state, dispatch, post }: AppProps): VNode {
  const [said, announce] = useState('');
  const actions = useMemo(() => ({ dispatch, post, announce }), [dispatch, post]);
  const [settingsOpen, setSettingsOpen] = useState(false);
  useAnnouncements(state, announce);
  return (
    <ActionsContext.Provider value={actions}>
      <div class="sr-only" role="status" aria-live="polite">
        {said}
      </div>
      {state.subject === undefined ? (
        <Status stage="waiting" />
      ) : (
        <>
          <Header state={state} settingsOpen={settingsOpen} onSettings={() => setSettingsOpen(!settingsOpen)} />
          <Body state={state} settingsOpen={settingsOpen} onStarted={() => setSettingsOpen(false)} />
        </>
      )}
    </ActionsContext.Provider>
  );
}

function Body({
  state,
  settingsOpen,
  onStarted,
}: {
  readonly state: PanelState;
  readonly settingsOpen: boolean;
  readonly onStarted: () => void;
}): VNode {
  const { run, stage } = state;
  const shown = run && shownCell(state, run);
  const [filter, setFilter] = useState<Filter>();
  const offersSetup = stage === 'ready' || stage === 'failed' || (stage === 'cancelled' && run === undefined) || settingsOpen;
  return (
    <>
      {stage === 'running' && <Status stage="running" state={state} />}
      {stage === 'failed' && <Status stage="failed" state={state} />}
      {stage === 'cancelled' && <Status stage="cancelled" state={state} />}
      {offersSetup && stage !== 'running' && <Setup state={state} onStarted={onStarted} />}
      {run !== undefined && stage !== 'failed' && (
        <>
          {state.outdated && stage !== 'running' && <Status stage="outdated" state={state} settingsOpen={settingsOpen} />}
          <Summary run={run} finished={stage === 'finished'} filter={filter} onFilter={setFilter} />
          <Matrix run={run} running={stage === 'running'} shown={shown} filter={filter} />
          {run.load !== undefined && <Load load={run.load} statements={run.statements} />}
          {shown !== undefined && <Details run={run} id={shown} />}
          {shown === undefined && stage === 'finished' && <p class="quiet">Choose a cell to read what happens there.</p>}
        </>
      )}
    </>
  );
}

/** The cell whose story is told: the chosen one, or the worst when all are known and something has to be repaired. */
function shownCell(state: PanelState, run: Run): string | undefined {
  const chosen = run.cells.find(({ id }) => id === state.selected);
  if (chosen !== undefined) return chosen.id;
  return state.stage === 'finished' ? worstCell(run)?.id : undefined;
}

/** Tells a screen reader how far the run is (at each quarter), how it ended, and the story of a newly chosen cell. */
function useAnnouncements(state: PanelState, announce: (text: string) => void): void {
  const { run, stage } = state;
  const progress = run && progressOf(run);
  const quarter = progress === undefined || progress.total === 0 ? 0 : Math.floor((4 * progress.done) / progress.total);
  const phase = state.phase?.phase;
  useEffect(() => {
    if (stage === 'running')
      announce(progress === undefined ? `${phase ?? 'starting'}` : `${progress.done} of ${progress.total} failures tried`);
    if (stage === 'finished' && run !== undefined) {
      const { risk, wayOut } = headlineOf(run);
      announce(`${risk} ${wayOut}`);
    }
    if (stage === 'failed') announce(`The simulation could not be run. ${state.failure?.message ?? ''}`);
    if (stage === 'cancelled') announce('Cancelled.');
  }, [stage, phase, quarter]);

  useEffect(() => {
    if (state.outdated !== undefined) announce(outdatedText(state.outdated));
  }, [state.outdated]);

  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const cell = run?.cells.find(({ id }) => id === state.selected);
    if (run === undefined || cell === undefined) return;
    const view = viewCell(run, cell);
    announce(`${cellName([cell])}: ${viewWords(view)}. ${view.kind === 'done' ? storyOf(view.result) : ''}`);
  }, [state.selected]);
}
