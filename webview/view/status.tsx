import type { VNode } from 'preact';
import type { ChangedSince } from '../../src/protocol/panel';
import type { SimulationPhase } from '../../src/protocol/simulation';
import { progressOf } from '../logic/cells';
import { formatCount } from '../logic/numbers';
import type { PanelState } from '../logic/panel-state';
import { Button, Spinner } from '../ui';
import { useActions } from './context';

/** What stands there, and what it was about. */
const outdatedWords: Readonly<Record<ChangedSince, { readonly what: string; readonly about: string }>> = {
  migration: { what: 'The migration has been changed since this run.', about: 'what it did then' },
  configuration: { what: 'The configuration has been changed since this run.', about: 'how it ran then' },
};

export function outdatedText(changed: ChangedSince): string {
  return outdatedWords[changed].what;
}

type StatusProps =
  | { readonly stage: 'waiting' }
  /** `settingsOpen`: what starts a run stands there. */
  | { readonly stage: 'outdated'; readonly state: PanelState; readonly settingsOpen: boolean }
  | { readonly stage: 'running' | 'failed' | 'cancelled'; readonly state: PanelState };

/** What is going on, or why nothing is. */
export function Status(props: StatusProps): VNode {
  switch (props.stage) {
    case 'waiting':
      return (
        <p class="status">
          <Spinner />
          Reading the migration…
        </p>
      );
    case 'outdated':
      return <Outdated state={props.state} settingsOpen={props.settingsOpen} />;
    case 'running':
      return <Running state={props.state} />;
    case 'failed':
      return (
        <div class="notice tone-bad">
          <strong>The simulation could not be run.</strong>
          <p>{props.state.failure?.message ?? 'The runner gave no reason.'}</p>
          {props.state.failure?.code !== undefined && <p class="quiet">Code: {props.state.failure.code}</p>}
        </div>
      );
    case 'cancelled':
      return <Cancelled state={props.state} />;
  }
}

/** Stays in sight: the recoveries far below are of the earlier text. */
function Outdated({ state, settingsOpen }: { readonly state: PanelState; readonly settingsOpen: boolean }): VNode {
  const { dispatch, post } = useActions();
  const { subject, choices, outdated = 'migration' } = state;
  const rerun = () => {
    if (choices === undefined) return;
    dispatch({ kind: 'run' });
    post({ kind: 'run', choices });
  };
  return (
    <div class="notice tone-caution outdated">
      <p>
        <strong>{outdatedText(outdated)}</strong> What is shown, recoveries included, is about {outdatedWords[outdated].about}.
      </p>
      {!settingsOpen && (
        <Button primary onPress={rerun} disabled={subject?.restricted !== undefined}>
          Run again
        </Button>
      )}
    </div>
  );
}

const phaseWords: Readonly<Record<SimulationPhase, string>> = {
  'starting sandbox': 'Starting the sandbox',
  preparing: 'Preparing the database',
  tracing: 'Running it once without a fault',
  running: 'Trying failures',
  done: 'Done',
};

function Running({ state }: { readonly state: PanelState }): VNode {
  const { dispatch, post } = useActions();
  const { run, phase, cancelling } = state;
  const progress = run && progressOf(run);
  const words = cancelling ? 'Cancelling' : phase === undefined ? 'Starting' : phaseWords[phase.phase];
  const cancel = () => {
    dispatch({ kind: 'cancel' });
    post({ kind: 'cancel' });
  };
  return (
    <div class="status running">
      <Spinner />
      <div class="status-text">
        <div class="status-line">
          <b>{words}…</b>
          {progress !== undefined && (
            <span class="count">
              {formatCount(progress.done)} of {formatCount(progress.total)}
            </span>
          )}
          {!cancelling && phase?.detail !== undefined && <span class="quiet status-detail">{phase.detail}</span>}
        </div>
        <progress aria-label="Failures tried" max={progress?.total ?? 1} value={progress?.done ?? 0} />
      </div>
      <Button onPress={cancel} disabled={cancelling}>
        Cancel
      </Button>
    </div>
  );
}

function Cancelled({ state }: { readonly state: PanelState }): VNode {
  const progress = state.run && progressOf(state.run);
  return (
    <div class="notice tone-caution">
      <strong>Cancelled.</strong>
      <p>
        {progress === undefined
          ? 'It stopped before the first failure was tried.'
          : `${formatCount(progress.done)} of ${formatCount(progress.total)} failures were tried; what they left is shown below.`}{' '}
        The sandbox is gone.
      </p>
    </div>
  );
}
