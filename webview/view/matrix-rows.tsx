import type { ComponentChildren, JSX, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Point } from '../../src/model/fault';
import { verdictWords } from '../../src/model/words';
import { cellName, viewWords } from '../logic/cells';
import { type Filter, type Fold, type FoldedMatrix, matches } from '../logic/filter';
import type { FaultColumn, MatrixRow, MatrixView, Tile } from '../logic/matrix';
import { type GridPosition, headerColumn } from '../logic/navigation';
import type { Run } from '../logic/panel-state';
import { type Bar, timelineOf } from '../logic/timeline';
import { useActions } from './context';
import { ViewGlyph, viewTone } from './glyph';
import { TimeBar } from './time-bar';

/** Says that the reader has come to a place of the matrix. */
type Reach = (row: number, start: number, span: number) => void;

interface RowsProps {
  readonly run: Run;
  readonly matrix: FoldedMatrix;
  readonly current: GridPosition;
  readonly shown: string | undefined;
  readonly filter: Filter | undefined;
  readonly onReach: Reach;
  readonly onFold: (key: string) => void;
}

/** The first fault of those that strike inside a statement, when others stand before it. */
export function startsGroup({ faults }: MatrixView, fault: FaultColumn): boolean {
  return fault.group === 'inside' && fault.start > 0 && faults.find(({ group }) => group === 'inside') === fault;
}

/** One row for each statement, and for each point between statements. */
export function MatrixRows({ run, matrix, current, shown, filter, onReach, onFold }: RowsProps): JSX.Element {
  const { engine } = run.migration;
  const bars = useMemo(() => timelineOf(run.statements, engine), [run.statements, engine]);
  return (
    <>
      {matrix.rows.map((row, index) => (
        <Row
          key={row.key}
          matrix={matrix}
          row={row}
          index={index}
          bar={row.statement && bars.get(row.statement.index)}
          column={current.row === index ? current.column : undefined}
          shown={row.tiles.some((tile) => holds(tile, shown)) ? shown : undefined}
          filter={filter}
          fold={matrix.folds.get(row.key)}
          isFolded={matrix.folds.has(row.key) && !isFollowed(matrix, index)}
          onReach={onReach}
          onFold={onFold}
        />
      ))}
    </>
  );
}

/** The statement after this one has a row of its own. */
function isFollowed({ rows, folds }: FoldedMatrix, index: number): boolean {
  const fold = folds.get(rows[index]?.key ?? '');
  return fold !== undefined && rows[index + 1]?.statement?.index === fold.first + 1;
}

interface RowProps {
  readonly matrix: MatrixView;
  readonly row: MatrixRow;
  readonly index: number;
  readonly bar: Bar | undefined;
  /** Where the keyboard is, when it is in this row. */
  readonly column: number | undefined;
  readonly shown: string | undefined;
  readonly filter: Filter | undefined;
  /** It begins a run of statements that look alike; and whether these are folded into it. */
  readonly fold: Fold | undefined;
  readonly isFolded: boolean;
  readonly onReach: Reach;
  readonly onFold: (key: string) => void;
}

/** Drawn anew only when something in it changed: a result touches one row of perhaps hundreds. */
function Row(props: RowProps): VNode {
  const { matrix, row, index, bar, column, shown, filter, fold, isFolded } = props;
  const layout = matrix.faults.map(({ start, slots }) => `${start} ${slots.length}`).join();
  return useMemo(() => drawRow(props), [appearance(row), row.statement, index, layout, bar, column, shown, filter, fold?.count, isFolded]);
}

/** All of a row that can be seen, besides its statement. */
function appearance({ tiles, bracket }: MatrixRow): string {
  const looks = tiles.map(({ start, span, cells, view }) => `${cells[0]?.id} ${start} ${span} ${viewWords(view)}`);
  return JSON.stringify([looks, bracket]);
}

function holds(tile: Tile, cellId: string | undefined): boolean {
  return tile.cells.some(({ id }) => id === cellId);
}

function drawRow({ matrix, row, index, bar, column, shown, filter, fold, isFolded, onReach, onFold }: RowProps): VNode {
  return (
    <tr class={row.statement === undefined ? 'point-row' : 'statement-row'}>
      <RowHeader row={row} bar={bar} reachable={column === headerColumn} onReach={() => onReach(index, headerColumn, 1)}>
        {fold !== undefined && <FoldButton fold={fold} isFolded={isFolded} onFold={onFold} />}
      </RowHeader>
      {matrix.faults.flatMap((fault) => {
        const { start, slots } = fault;
        const tiles = row.tiles.filter((tile) => tile.start >= start && tile.start < start + slots.length);
        return fillGaps(tiles, start, slots.length).map((part) => {
          const edgeClasses = edges(part, start, slots.length) + (startsGroup(matrix, fault) && part.start === start ? ' group-start' : '');
          const { tile } = part;
          if (tile === undefined) return <td key={part.start} class={edgeClasses} colSpan={part.span} />;
          const reachable = column !== undefined && column >= part.start && column < part.start + part.span;
          const reach = () => onReach(index, part.start, part.span);
          return (
            <TileCell
              key={part.start}
              tile={tile}
              edges={edgeClasses}
              shown={holds(tile, shown)}
              faded={!matches(tile, filter)}
              reachable={reachable}
              onReach={reach}
            />
          );
        });
      })}
    </tr>
  );
}

function FoldButton({
  fold,
  isFolded,
  onFold,
}: {
  readonly fold: Fold;
  readonly isFolded: boolean;
  readonly onFold: (key: string) => void;
}): VNode {
  const alike = fold.pending ? 'are alike so far' : 'end alike';
  return (
    <button type="button" class="fold" aria-expanded={!isFolded} onClick={() => onFold(fold.key)}>
      {isFolded ? `▸ ${fold.first} to ${fold.last} ${alike}: show each` : `▾ fold ${fold.first} to ${fold.last}, which ${alike}`}
    </button>
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
  /** Not what the reader looks for. */
  readonly faded: boolean;
  readonly reachable: boolean;
  readonly onReach: () => void;
}

function TileCell({ tile, edges: edgeClasses, shown, faded, reachable: canTab, onReach }: TileCellProps): VNode {
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
        class={`tile ${tile.view.kind} ${viewTone(tile.view)}${shown ? ' shown' : ''}${faded ? ' faded' : ''}`}
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
  readonly bar: Bar | undefined;
  readonly reachable: boolean;
  readonly onReach: () => void;
  readonly children: ComponentChildren;
}

function RowHeader({ row, bar, reachable: canTab, onReach, children }: RowHeaderProps): VNode {
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
            aria-label={`Statement ${statement.index} ${oneLine(statement.text)}, ${protection}. Show in the file`}
            onClick={() => post({ kind: 'reveal', statement: statement.index })}
            onFocus={onReach}
          >
            <span class="statement-number">{statement.index}</span> <code>{oneLine(statement.text)}</code>
          </button>
          <div class="facts">
            {bar !== undefined && <TimeBar bar={bar} />}
            <span class="facts-text" title={bar?.facts}>
              {bar?.facts}
            </span>
          </div>
          {children}
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
