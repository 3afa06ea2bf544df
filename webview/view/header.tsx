import type { VNode } from 'preact';
import { withoutPasswords } from '../../src/model/secrets';
import { dataNouns } from '../../src/model/words';
import type { PanelSubject } from '../../src/protocol/panel';
import { formatCount } from '../logic/numbers';
import type { PanelState } from '../logic/panel-state';
import { Button } from '../ui';
import { Breakable } from './breakable';
import { useActions } from './context';

interface HeaderProps {
  readonly state: PanelState;
  readonly settingsOpen: boolean;
  readonly onSettings: () => void;
}

/** Which migration this is, how it was run, and what can be done with it. */
export function Header({ state, settingsOpen, onSettings }: HeaderProps): VNode | null {
  const { dispatch, post } = useActions();
  const { subject, choices, stage } = state;
  if (subject === undefined) return null;
  const rerun = () => {
    if (choices === undefined) return;
    dispatch({ kind: 'run' });
    post({ kind: 'run', choices });
  };
  const ran = stage === 'finished' || (stage === 'cancelled' && state.run !== undefined);
  const restricted = subject.restricted !== undefined;
  return (
    <header class="header">
      <div class="header-text">
        {subject.commands === undefined ? (
          <h1>
            <Breakable text={subject.title} />
          </h1>
        ) : (
          <h1>
            <code>{state.run?.migration.command ?? (withoutPasswords(choices?.command?.text.trim() ?? '') || subject.title)}</code>
          </h1>
        )}
      </div>
      {ran && (
        <div class="actions">
          {stage === 'finished' && <Button onPress={() => post({ kind: 'export' })}>Export…</Button>}
          <Button onPress={onSettings} expanded={settingsOpen}>
            {settingsOpen ? 'Close settings' : 'Settings'}
          </Button>
          {!settingsOpen && !state.outdated && (
            <Button primary onPress={rerun} disabled={restricted}>
              Run again
            </Button>
          )}
        </div>
      )}
      <Chips state={state} subject={subject} />
    </header>
  );
}

function Chips({ state, subject }: { readonly state: PanelState; readonly subject: PanelSubject }): VNode {
  return (
    <ul class="chips" aria-label="How it is run">
      {chipTexts(state, subject).map((text) => (
        <li key={text} class="chip">
          {text}
        </li>
      ))}
    </ul>
  );
}

/** What was run when something was; else what is known from the file. */
function chipTexts({ run }: PanelState, subject: PanelSubject): readonly string[] {
  if (run === undefined) return [subject.engine, subject.framework].filter((text) => text !== '');
  const { engine, engineVersion, sandbox, framework, rows, seed } = run.migration;
  return [
    `${engineName(engine)} ${engineVersion} · ${sandbox}`,
    `${subject.framework || framework} · ${transactionRule(run.transactions.map(({ kind }) => kind))}`,
    `${formatCount(rows)} ${dataNouns(engine).rows} · seed ${seed}`,
  ];
}

function engineName(engine: string): string {
  return { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB', mongodb: 'MongoDB' }[engine] ?? engine;
}

function transactionRule(kinds: readonly string[]): string {
  const protective = kinds.filter((kind) => kind !== 'autocommit').length;
  if (protective === 0) return 'no transaction';
  if (kinds.length === 1) return 'one transaction';
  return protective === kinds.length ? `${kinds.length} transactions` : 'partly in a transaction';
}
