import type { VNode } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { FailureMark, LoadLane, LoadMark, StatementMark } from '../../src/model/load-view';
import type { SimulatedLoad, SimulatedStatement } from '../../src/model/simulation';
import { loadView } from '../logic/load';
import { formatDuration } from '../logic/numbers';

interface LoadProps {
  readonly load: SimulatedLoad;
  readonly statements: readonly SimulatedStatement[];
}

/** What an application feels: statements on the time axis, under them who waits for which, and what fails. One tab stop; arrows move. */
export function Load({ load, statements }: LoadProps): VNode {
  const view = useMemo(() => loadView(load, statements), [load, statements]);
  const marks = useMemo(() => marksOf(view.statements, view.lanes), [view]);
  const [at, setAt] = useState<string>();
  const current = marks.find(({ key }) => key === at);
  const chart = useRef<HTMLDivElement>(null);
  const focusable = current?.key ?? marks[0]?.key;
  const onKeyDown = (event: KeyboardEvent) => {
    const here = marks.findIndex(({ key }) => key === focusable);
    const target = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: marks.length - 1 }[event.key];
    const mark = target === undefined ? undefined : marks[Math.min(marks.length - 1, Math.max(0, target))];
    if (mark === undefined) return;
    event.preventDefault();
    chart.current?.querySelector<HTMLElement>(`[data-mark="${CSS.escape(mark.key)}"]`)?.focus();
  };
  const reach = { focusable, onReach: setAt };
  return (
    <section class="load" aria-label="What an application feels">
      <h2>What an application feels</h2>
      <p class="load-headline">{view.headline}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the marks inside are buttons; the keys move between them. */}
      <div class="load-chart" ref={chart} onKeyDown={onKeyDown} onMouseLeave={() => setAt(undefined)}>
        <span class="lane-label">migration</span>
        <div class="track migration">
          {view.statements.map((mark) => (
            <Statement key={mark.key} mark={mark} {...reach} />
          ))}
        </div>
        {view.lanes.map((lane) => (
          <Lane key={lane.label} lane={lane} {...reach} />
        ))}
        <span class="lane-label" />
        <div class="track axis" aria-hidden="true">
          <span>0</span>
          <span>{formatDuration(view.durationMs / 2)}</span>
          <span>{formatDuration(view.durationMs)}</span>
        </div>
      </div>
      <p class="load-told small">{current?.text ?? <Key load={load} />}</p>
      {view.notes.map((note) => (
        <p key={note} class="quiet small">
          {note}
        </p>
      ))}
    </section>
  );
}

/** In the order of time, so that the arrows walk along the migration. */
function marksOf(statements: readonly StatementMark[], lanes: readonly LoadLane[]): readonly LoadMark[] {
  return [...statements, ...lanes.flatMap(({ waits, failures }) => [...waits, ...failures])].sort(
    (left, right) => left.start - right.start,
  );
}

function Key({ load }: { readonly load: SimulatedLoad }): VNode {
  const { summary, sessions } = load;
  return (
    <span class="quiet">
      {sessions} sessions, {summary.requests} requests. A request took {formatDuration(summary.latencyBeforeMs)} before the migration and{' '}
      {formatDuration(summary.latencyDuringMs)} while it ran, in the middle of all. <i class="key-wait" /> waits <i class="key-failure" />{' '}
      fails
    </span>
  );
}

interface Reach {
  readonly focusable: string | undefined;
  readonly onReach: (key: string) => void;
}

interface MarkButtonProps extends Reach {
  readonly mark: LoadMark;
  readonly kind: string;
  /** Pixels that it needs for what is written in it: it stands so far from the end at least. */
  readonly room: number;
  readonly children?: VNode | string;
}

function MarkButton({ mark, kind, room, focusable, onReach, children }: MarkButtonProps): VNode {
  return (
    <button
      type="button"
      class={`load-mark ${kind}`}
      style={{ left: `min(${mark.start * 100}%, 100% - ${room}px)`, width: `${mark.length * 100}%` }}
      tabIndex={mark.key === focusable ? 0 : -1}
      aria-label={mark.text}
      data-mark={mark.key}
      onFocus={() => onReach(mark.key)}
      onMouseEnter={() => onReach(mark.key)}
    >
      {children}
    </button>
  );
}

function Statement({ mark, ...reach }: { readonly mark: StatementMark } & Reach): VNode {
  return (
    <>
      <i class={`held lock-${mark.weight}`} style={{ left: `${mark.start * 100}%`, width: `${mark.heldLength * 100}%` }} />
      <MarkButton mark={mark} kind={`statement-mark lock-${mark.weight}`} room={13} {...reach}>
        {String(mark.statement)}
      </MarkButton>
    </>
  );
}

function Lane({ lane, ...reach }: { readonly lane: LoadLane } & Reach): VNode {
  return (
    <>
      <span class="lane-label" title={lane.label}>
        {lane.label}
      </span>
      <div class="track">
        {lane.waits.map((mark) => (
          <MarkButton key={mark.key} mark={mark} kind="wait" room={4} {...reach} />
        ))}
        {lane.failures.map((mark: FailureMark) => (
          <MarkButton key={mark.key} mark={mark} kind={mark.lasting ? 'failure lasting' : 'failure'} room={42} {...reach}>
            {mark.code}
          </MarkButton>
        ))}
      </div>
    </>
  );
}
