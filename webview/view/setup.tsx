import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PanelChoices, PanelSubject } from '../../src/protocol/panel';
import type { PanelState } from '../logic/panel-state';
import { Button, Dropdown, TextField } from '../ui';
import { CommandFields } from './command';
import { useActions } from './context';
import { Field } from './field';

const rowsMax = 1_000_000;
const seedMax = 2_147_483_647;

/** What will happen, the few choices, and the button that starts it. */
export function Setup({ state, onStarted }: { readonly state: PanelState; readonly onStarted: () => void }): VNode | null {
  const { subject, choices, stage } = state;
  if (subject === undefined || choices === undefined) return null;
  return (
    <section class="setup" aria-label="Start a simulation">
      {stage === 'ready' && (
        <>
          {subject.summary !== '' && <p class="headline">{subject.summary}</p>}
          <p class="lede">{subject.commands === undefined ? aboutMigration : aboutCommand}</p>
        </>
      )}
      {subject.configurationProblem !== undefined && (
        <div class="notice tone-caution" role="note">
          <strong>The configuration needs a correction.</strong>
          <p>{subject.configurationProblem} Until then, check here whether engine and version are right.</p>
        </div>
      )}
      {subject.restricted !== undefined ? (
        <Restricted reason={subject.restricted} />
      ) : subject.sandboxes.every(({ unavailable }) => unavailable !== undefined) ? (
        <NoSandbox subject={subject} />
      ) : (
        <Choices subject={subject} choices={choices} label={startLabel(state)} onStarted={onStarted} />
      )}
      {stage === 'ready' && subject.commands === undefined && <OtherWay restricted={subject.restricted !== undefined} />}
    </section>
  );
}

const promise = 'For each it shows what is left behind, what a retry does, and a way back and a way forward that were both tried.';
const aboutMigration = `Faultline runs this migration in a throwaway database and makes it fail at every point where it can: refused statements, cut connections, killed sessions, server crashes, lost answers, timeouts, deadlocks, a full disk, rows that do not fit. ${promise} Nothing outside the sandbox is touched.`;
const aboutCommand = `Faultline runs this command as you would, against a throwaway database, and makes it fail at every point where it can: refused statements, cut connections, killed sessions, server crashes, lost answers, timeouts, deadlocks, a full disk, rows that do not fit. ${promise} The tool’s own history and lock are part of it.`;

/** The file as it is read here, or the tool as it is run there: the way to the latter. */
function OtherWay({ restricted }: { readonly restricted: boolean }): VNode | null {
  const { post } = useActions();
  if (restricted) return null;
  return (
    <p class="other-way quiet">
      Do you run migrations by a command?{' '}
      <button type="button" class="link" onClick={() => post({ kind: 'pick-command' })}>
        Simulate that command…
      </button>
    </p>
  );
}

function startLabel({ stage }: PanelState): string {
  if (stage === 'ready') return 'Simulate failures';
  return stage === 'failed' ? 'Try again' : 'Run again';
}

interface ChoicesProps {
  readonly subject: PanelSubject;
  readonly choices: PanelChoices;
  readonly label: string;
  readonly onStarted: () => void;
}

function Choices({ subject, choices, label, onStarted }: ChoicesProps): VNode {
  const { dispatch, post } = useActions();
  const [rows, setRows] = useState(String(choices.rows));
  const [seed, setSeed] = useState(String(choices.seed));
  // What is offered may change under the hand: the text follows, unless it already says so.
  useEffect(() => {
    if (Number(rows) !== choices.rows) setRows(String(choices.rows));
  }, [choices.rows]);
  useEffect(() => {
    if (Number(seed) !== choices.seed) setSeed(String(choices.seed));
  }, [choices.seed]);
  const change = (part: Partial<PanelChoices>) => dispatch({ kind: 'choose', choices: { ...choices, ...part } });
  const rowsProblem = problemWith(rows, 'Rows', rowsMax);
  const seedProblem = problemWith(seed, 'Seed', seedMax);
  const commandProblem = subject.commands !== undefined && (choices.command?.text.trim() ?? '') === '' ? 'empty' : undefined;
  const unavailable = subject.sandboxes.filter((sandbox) => sandbox.unavailable !== undefined);
  const start = () => {
    dispatch({ kind: 'run' });
    post({ kind: 'run', choices: { ...choices, rows: Number(rows), seed: Number(seed) } });
    onStarted();
  };
  return (
    <>
      {subject.commands !== undefined && (
        <CommandFields
          command={choices.command}
          commands={subject.commands}
          onChange={(command) => change({ command })}
          before={choices.before ?? ''}
          onBefore={(before) => change({ before })}
          invalid={commandProblem !== undefined}
        />
      )}
      <div class="fields">
        <Field id="sandbox" label="Sandbox">
          <Dropdown
            id="sandbox"
            label="Sandbox"
            value={choices.sandbox}
            options={subject.sandboxes.map(({ name, label: text, unavailable: why }) => ({
              value: name,
              label: why === undefined ? text : `${text} (unavailable)`,
              disabled: why !== undefined,
            }))}
            onChange={(sandbox) => change({ sandbox })}
          />
        </Field>
        <Field id="version" label={subject.engineName}>
          <Dropdown
            id="version"
            label={`${subject.engineName} version`}
            value={choices.engineVersion}
            options={subject.engineVersions.toReversed().map((version) => ({ value: version, label: version }))}
            onChange={(engineVersion) => change({ engineVersion })}
          />
        </Field>
        <Field id="rows" label="Rows per table" problem={rowsProblem}>
          <TextField
            id="rows"
            label="Rows per table"
            value={rows}
            invalid={rowsProblem !== undefined}
            describedBy="rows-problem"
            onInput={(text) => {
              setRows(text);
              if (problemWith(text, 'Rows', rowsMax) === undefined) change({ rows: Number(text) });
            }}
          />
        </Field>
        <Field id="seed" label="Seed" problem={seedProblem}>
          <TextField
            id="seed"
            label="Seed of the generated rows"
            value={seed}
            invalid={seedProblem !== undefined}
            describedBy="seed-problem"
            onInput={(text) => {
              setSeed(text);
              if (problemWith(text, 'Seed', seedMax) === undefined) change({ seed: Number(text) });
            }}
          />
        </Field>
        <Field id="load" label="Application beside it">
          <Dropdown
            id="load"
            label="Application at work beside the migration"
            value={choices.load ?? subject.choices.load ?? 1}
            options={loadOptions(choices.load ?? subject.choices.load ?? 1)}
            onChange={(load) => change({ load })}
          />
        </Field>
      </div>
      <Button primary onPress={start} disabled={[rowsProblem, seedProblem, commandProblem].some((problem) => problem !== undefined)}>
        {label}
      </Button>
      {unavailable.length > 0 && <Reasons subject={subject} sandboxes={unavailable} />}
    </>
  );
}

/** How many sessions send each kind of request; what is configured is offered, too. */
function loadOptions(current: number): readonly { readonly value: number; readonly label: string }[] {
  const names = new Map([
    [0, 'none'],
    [1, 'light'],
    [5, 'busy'],
  ]);
  const values = [...new Set([...names.keys(), current])].sort((left, right) => left - right);
  return values.map((value) => ({ value, label: names.get(value) ?? `${value} sessions each` }));
}

function Restricted({ reason }: { readonly reason: string }): VNode {
  const { post } = useActions();
  return (
    <div class="notice tone-caution" role="note">
      <strong>Nothing is run here yet.</strong>
      <p>{reason}</p>
      <button type="button" class="link" onClick={() => post({ kind: 'manage-trust' })}>
        Manage workspace trust
      </button>
    </div>
  );
}

function NoSandbox({ subject }: { readonly subject: PanelSubject }): VNode {
  return (
    <div class="notice tone-bad">
      <strong>No sandbox can be used on this machine.</strong>
      <p>A simulation needs a throwaway database. {subject.sandboxes.length > 1 && 'Any one of these will do:'}</p>
      <Reasons subject={subject} sandboxes={subject.sandboxes} only />
    </div>
  );
}

interface ReasonsProps {
  readonly subject: PanelSubject;
  readonly sandboxes: PanelSubject['sandboxes'];
  /** There is nothing else to do here. */
  readonly only?: boolean;
}

/** Why sandboxes can't be used, and what to do about it; whoever did it asks again. */
function Reasons({ subject, sandboxes, only = false }: ReasonsProps): VNode {
  const { post } = useActions();
  const [asked, setAsked] = useState(false);
  useEffect(() => setAsked(false), [subject]);
  const checking = asked || subject.checking === true;
  const words = checking ? 'Checking…' : 'Check again';
  const check = () => {
    setAsked(true);
    post({ kind: 'ready' });
  };
  return (
    <div class="unusable">
      <dl class="reasons">
        {sandboxes.map(({ name, label, unavailable }) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>{unavailable}</dd>
          </div>
        ))}
      </dl>
      {only ? (
        <Button onPress={check} disabled={checking}>
          {words}
        </Button>
      ) : (
        <button type="button" class="link" onClick={check} disabled={checking}>
          {words}
        </button>
      )}
    </div>
  );
}

/** What is wrong with a number that was typed; undefined when nothing is. */
function problemWith(text: string, name: string, max: number): string | undefined {
  if (!/^\d+$/.test(text.trim())) return `${name}: a whole number`;
  return Number(text) > max ? `${name}: at most ${max.toLocaleString('en-US')}` : undefined;
}
