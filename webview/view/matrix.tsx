import type { VNode } from 'preact';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { buildMatrix, type MatrixView } from '../logic/matrix';
import { type GridPosition, move, positionOf, reachable } from '../logic/navigation';
import type { Run } from '../logic/panel-state';
import { MatrixRows } from './matrix-rows';

/** In pixels; below the sum the matrix scrolls. `faultWidth` is what the style sheet gives to the slots of one fault. */
const statementWidthMin = 150;
const faultWidth = 84;

interface MatrixProps {
  readonly run: Run;
  readonly running: boolean;
  /** The cell whose story is told below. */
  readonly shown: string | undefined;
}

/** Statements down, faults across. One tab stop; arrows move inside. */
export function Matrix({ run, running, shown }: MatrixProps): VNode {
  const matrix = useMemo(() => buildMatrix(run), [run]);
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
      <div class="matrix-scroll">
        <table
          class="matrix"
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table of buttons with arrow keys is what role grid is for; its cells follow.
          role="grid"
          aria-label="Failures by statement and fault"
          aria-busy={running}
          ref={grid}
          onKeyDown={onKeyDown}
          style={{ minWidth: `${statementWidthMin + matrix.faults.length * faultWidth}px` }}
        >
          <colgroup>
            <col />
          </colgroup>
          {matrix.faults.map(({ name }) => (
            <colgroup key={name}>
              {matrix.slots.map((slot) => (
                <col key={slot} class={`slot slot-of-${matrix.slots.length}`} />
              ))}
            </colgroup>
          ))}
          <thead>
            <tr>
              <th scope="col">Statement, lock and time</th>
              {matrix.faults.map(({ name, label }) => (
                <th key={name} scope="colgroup" colSpan={matrix.slots.length}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <MatrixRows run={run} matrix={matrix} current={current} shown={shown} onReach={onReach} />
          </tbody>
        </table>
      </div>
      <Legend slots={matrix.slots} />
    </section>
  );
}

function Legend({ slots }: { readonly slots: MatrixView['slots'] }): VNode {
  return (
    <p class="legend">
      {slots.length > 1 && <span>Under each fault: {slots.join(' · ')} the statement; a wide cell answers for both.</span>}
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
