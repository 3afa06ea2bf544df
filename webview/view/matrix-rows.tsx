import type { JSX, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Point } from '../../src/model/fault';
import { verdictWords } from '../../src/model/words';
import { cellName, viewWords } from '../logic/cells';
import type { MatrixRow, MatrixView, Tile } from '../logic/matrix';
import { type GridPosition, headerColumn, tileAt } from '../logic/navigation';
import type { Run } from '../logic/panel-state';
import { factsOf, timelineOf } from '../logic/timeline';
import { useActions } from './context';
import { ViewGlyph, viewTone } from './glyph';
import { TimeBar } from './time-bar';

interface RowsProps {
  readonly run: Run;
  readonly matrix: MatrixView;
  readonly current: GridPosition;
  readonly shown: string | undefined;
  readonly onReach: (position: GridPosition) => void;
}

/** One row for each statement, and for each point between statements. */
export function MatrixRows({ run, matrix, current, shown, onReach }: RowsProps): JSX.Element {
  const bars = useMemo(() => timelineOf(run.statements), [run.statements]);
  const currentTile = tileAt(matrix, current);
  return (
    <>
      {matrix.rows.map((row, index) => (
        <tr key={row.key} class={row.statement === undefined ? 'point-row' : 'statement-row'}>
          <RowHeader
            row={row}
            bar={row.statement && bars.get(row.statement.index)}
            reachable={current.row === index && current.column === headerColumn}
            onReach={() => onReach({ row: index, column: headerColumn })}
          />
          {matrix.faults.flatMap((fault, column) => {
            const start = column * matrix.slots.length;
            const tiles = row.tiles.filter((tile) => tile.start >= start && tile.start < start + matrix.slots.length);
            if (tiles.length === 0) return <td key={fault.name} class="first last" colSpan={matrix.slots.length} />;
            return fillGaps(tiles, start, matrix.slots.length).map((part) =>
              part.tile === undefined ? (
                <td key={part.start} class={edges(part, start, matrix.slots.length)} colSpan={part.span} />
              ) : (
                <TileCell
                  key={part.start}
                  tile={part.tile}
                  edges={edges(part, start, matrix.slots.length)}
                  shown={part.tile.cells.some(({ id }) => id === shown)}
                  reachable={currentTile === part.tile && current.row === index}
                  onReach={() => {
                    // A wide tile is reached in the column that the reader came from.
                    if (currentTile !== part.tile || current.row !== index) onReach({ row: index, column: part.start });
                  }}
                />
              ),
            );
          })}
        </tr>
      ))}
    </>
  );
}

interface Part {
  readonly start: number;
  readonly span: number;
  readonly tile?: Tile;
}

/** A table row must have as many columns as the others, also where a fault has no cell. */
function fillGaps(tiles: readonly Tile[], start: number, slots: number): readonly Part[] {
  const parts: Part[] = [];
  let next = start;
  for (const tile of tiles) {
    if (tile.start > next) parts.push({ start: next, span: tile.start - next });
    parts.push({ start: tile.start, span: tile.span, tile });
    next = tile.start + tile.span;
  }
  if (next < start + slots) parts.push({ start: next, span: start + slots - next });
  return parts;
}

function edges(part: Part, start: number, slots: number): string {
  return [...(part.start === start ? ['first'] : []), ...(part.start + part.span === start + slots ? ['last'] : [])].join(' ');
}

interface TileCellProps {
  readonly tile: Tile;
  readonly edges: string;
  readonly shown: boolean;
  readonly reachable: boolean;
  readonly onReach: () => void;
}

function TileCell({ tile, edges: edgeClasses, shown, reachable: canTab, onReach }: TileCellProps): VNode {
  const { dispatch } = useActions();
  const first = tile.cells[0];
  const label = `${cellName(tile.cells)}: ${viewWords(tile.view)}`;
  const meaning = tile.view.kind === 'done' ? `. ${verdictWords[tile.view.verdict].meaning}` : '';
  const open = () => {
    onReach();
    if (first !== undefined) dispatch({ kind: 'select', id: first.id });
  };
  return (
    <td class={edgeClasses} colSpan={tile.span}>
      <button
        type="button"
        class={`tile ${tile.view.kind} ${viewTone(tile.view)}${shown ? ' shown' : ''}`}
        tabIndex={canTab ? 0 : -1}
        aria-label={label}
        aria-current={shown ? 'true' : undefined}
        title={`${label}${meaning}`}
        data-cell={first?.id}
        onClick={open}
        onFocus={onReach}
      >
        <ViewGlyph view={tile.view} />
      </button>
    </td>
  );
}

interface RowHeaderProps {
  readonly row: MatrixRow;
  readonly bar: ReturnType<ReturnType<typeof timelineOf>['get']>;
  readonly reachable: boolean;
  readonly onReach: () => void;
}

function RowHeader({ row, bar, reachable: canTab, onReach }: RowHeaderProps): VNode {
  const { post } = useActions();
  const { statement, bracket } = row;
  const protection = bracket === undefined ? '' : bracket.kind === 'autocommit' ? 'commits alone' : `in transaction ${bracket.index}`;
  return (
    <th scope="row" class={bracketClass(row)}>
      {statement === undefined ? (
        <span class="point-label">{row.point && pointLabel(row.point)}</span>
      ) : (
        <div class="statement">
          <button
            type="button"
            class="statement-text"
            tabIndex={canTab ? 0 : -1}
            title={statement.text}
            aria-label={`Statement ${statement.index}, ${protection}: ${oneLine(statement.text)}. Show in the file`}
            onClick={() => post({ kind: 'reveal', statement: statement.index })}
            onFocus={onReach}
          >
            <span class="statement-number">{statement.index}</span>
            <code>{oneLine(statement.text)}</code>
          </button>
          <div class="facts">
            {bar !== undefined && <TimeBar bar={bar} />}
            <span class="facts-text" title={factsOf(statement).join(' · ')}>
              {factsOf(statement).join(' · ')}
            </span>
          </div>
        </div>
      )}
    </th>
  );
}

function bracketClass({ bracket }: MatrixRow): string {
  if (bracket === undefined) return 'row-header';
  const kind = bracket.kind === 'autocommit' ? 'unprotected' : 'protected';
  return `row-header bracket ${kind}${bracket.first ? ' bracket-first' : ''}${bracket.last ? ' bracket-last' : ''}`;
}

function pointLabel(point: Point): string {
  switch (point.kind) {
    case 'start':
      return 'Connected, nothing sent yet';
    case 'commit':
      return 'COMMIT';
    case 'unrecorded':
      return 'Done, not yet recorded';
    case 'unlock':
      return 'Recorded, lock not yet released';
    default:
      return '';
  }
}

function oneLine(text: string): string {
  return text.split(/\s+/).join(' ').trim();
}
