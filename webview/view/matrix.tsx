import type { VNode } from 'preact';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Filter, filtered, folded } from '../logic/filter';
import { type ImpossibleGroup, impossibleGroups } from '../logic/impossible';
import { buildMatrix, type FaultColumn, type MatrixView } from '../logic/matrix';
import { type GridPosition, move, positionOf, reachable } from '../logic/navigation';
import { plural } from '../logic/numbers';
import type { Run } from '../logic/panel-state';
import { MatrixRows, startsGroup } from './matrix-rows';

/** In pixels; below the sum the matrix scrolls. */
const statementWidthMin = 190;
const slotWidth = 26;
const columnPadding = 12;
/** A column of one slot must hold its fault's name. */
const columnWidthMin = 56;
/** And below it, when there are two, which these are. */
const pairWidthMin = 78;

function widthOf({ slots }: FaultColumn): number {
  return Math.max(slots.length === 2 ? pairWidthMin : columnWidthMin, slots.length * slotWidth + columnPadding);
}

interface MatrixProps {
  readonly run: Run;
  readonly running: boolean;
  /** The cell whose story is told below. */
  readonly shown: string | undefined;
  /** What the reader looks for; nothing else is shown in full. */
  readonly filter: Filter | undefined;
}

/** Statements down, faults across. One tab stop; arrows move inside. */
export function Matrix({ run, running, shown, filter }: MatrixProps): VNode {
  const whole = useMemo(() => buildMatrix(run), [run]);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const matrix = useMemo(() => {
    const found = filtered(whole, filter);
    const open = folded(found, unfolded);
    // The chosen cell is never folded away.
    const missing = shown !== undefined && positionOf(open, shown) === undefined && positionOf(found, shown) !== undefined;
    return missing ? folded(found, new Set(found.rows.map(({ key }) => key))) : open;
  }, [whole, filter, unfolded, shown]);
  const onFold = useCallback((key: string) => {
    setUnfolded((old) => (old.has(key) ? new Set([...old].filter((other) => other !== key)) : new Set([...old, key])));
  }, []);
  const grid = useRef<HTMLTableElement>(null);
  const [position, setPosition] = useState<GridPosition>();
  const current = reachable(matrix, position ?? (shown === undefined ? undefined : positionOf(matrix, shown)));

  const moved = useRef(false);
  useLayoutEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });
  // A wide tile is reached in the column that the reader came from: being inside it is enough.
  const onReach = useCallback((row: number, start: number, span: number) => {
    setPosition((old) => (old?.row === row && old.column >= start && old.column < start + span ? old : { row, column: start }));
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = move(matrix, current, event.key, event.ctrlKey || event.metaKey);
    if (target === undefined) return;
    event.preventDefault();
    moved.current = true;
    setPosition(reachable(matrix, target));
  };

  return (
    <section aria-label="Failures by statement and fault">
      <Scroller wide={matrix.faults.length}>
        <table
          class="matrix"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table of buttons with arrow keys is what role grid is for; its cells follow.
          role="grid"
          aria-label="Failures by statement and fault"
          aria-busy={running}
          ref={grid}
          onKeyDown={onKeyDown}
          style={{ minWidth: `${statementWidthMin + matrix.faults.reduce((sum, fault) => sum + widthOf(fault), 0)}px` }}
        >
          <colgroup>
            <col class="statement-column" />
          </colgroup>
          {matrix.faults.map((fault) => (
            <colgroup key={fault.name}>
              {fault.slots.map((slot) => (
                <col key={slot} style={{ width: `${widthOf(fault) / fault.slots.length}px` }} />
              ))}
            </colgroup>
          ))}
          <Head matrix={matrix} />
          <tbody>
            <MatrixRows run={run} matrix={matrix} current={current} shown={shown} filter={filter} onReach={onReach} onFold={onFold} />
          </tbody>
        </table>
      </Scroller>
      {filter !== undefined && whole.rows.length > filtered(whole, filter).rows.length && (
        <p class="quiet small">{plural(whole.rows.length - filtered(whole, filter).rows.length, 'row')} without it not shown.</p>
      )}
      <Legend slots={matrix.slots} />
      <Impossible groups={impossibleGroups(run)} />
    </section>
  );
}

/** Faults under what they have in common, when there are both kinds. */
function Head({ matrix }: { readonly matrix: MatrixView }): VNode {
  const span = (group: FaultColumn['group']) =>
    matrix.faults.filter((fault) => fault.group === group).reduce((sum, { slots }) => sum + slots.length, 0);
  const grouped = span('anywhere') > 0 && span('inside') > 0;
  return (
    <thead>
      {grouped && (
        <tr class="groups">
          <td />
          <th scope="colgroup" colSpan={span('anywhere')}>
            strikes anywhere
          </th>
          <th scope="colgroup" colSpan={span('inside')} class="group-start">
            inside a statement
          </th>
        </tr>
      )}
      <tr>
        <th scope="col">Statement, lock and time</th>
        {matrix.faults.map((fault) => (
          <th
            key={fault.name}
            scope="colgroup"
            colSpan={fault.slots.length}
            class={startsGroup(matrix, fault) ? 'group-start' : undefined}
            title={`${fault.label}: ${fault.slots.join(', ')} a statement`}
          >
            <span class="fault-label">{fault.label}</span>
            {fault.slots.length < matrix.slots.length && <span class="fault-slots">{fault.slots.join(' · ')}</span>}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The table may be wider than the panel: then it scrolls, and says so. */
function Scroller({ wide, children }: { readonly wide: number; readonly children: VNode }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [hidden, setHidden] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => setHidden(element.scrollWidth - element.clientWidth - element.scrollLeft > 8);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [wide]);
  return (
    <div class={hidden ? 'matrix-frame more' : 'matrix-frame'}>
      <div class="matrix-scroll" ref={box}>
        {children}
      </div>
      {hidden && (
        <p class="scroll-hint" aria-hidden="true">
          more faults →
        </p>
      )}
    </div>
  );
}

/** Why points have no cell. */
function Impossible({ groups }: { readonly groups: readonly ImpossibleGroup[] }): VNode | null {
  if (groups.length === 0) return null;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <details class="impossible-list">
      <summary>{plural(count, 'cell')} can't be carried out here: why</summary>
      <dl>
        {groups.map(({ fault, label, why, where }) => (
          <div key={`${fault} ${why}`}>
            <dt>{label}</dt>
            <dd>
              {why} <span class="quiet">{where}</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Legend({ slots }: { readonly slots: MatrixView['slots'] }): VNode {
  return (
    <p class="legend">
      {slots.length > 1 && <span>Under each fault: {slots.join(' · ')} the statement; a wide cell answers for all that it covers.</span>}
      <span>
        <i class="legend-line unprotected" /> commits alone
      </span>
      <span>
        <i class="legend-line protected" /> in a transaction
      </span>
      <span>
        <i class="legend-time" /> its share of the time, and how long its lock is held
      </span>
    </p>
  );
}
