import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PlannedCell } from '../../src/model/fault';
import type { CellDirt, CellResult } from '../../src/model/simulation';
import { dataNouns, verdictWords } from '../../src/model/words';
import { type CellView, cellName, viewCell } from '../logic/cells';
import { formatDuration, plural } from '../logic/numbers';
import type { Run } from '../logic/panel-state';
import { nothingToDo, retryWords, sameAsWords, storyOf } from '../logic/story';
import { ViewGlyph, viewTone } from './glyph';
import { Recovery } from './recovery';
import { StateTable } from './state-table';

/** The chosen cell: its story, the state it leaves, and the ways out. */
export function Details({ run, id }: { readonly run: Run; readonly id: string }): VNode | null {
  const cell = run.cells.find((candidate) => candidate.id === id);
  if (cell === undefined) return null;
  const view = viewCell(run, cell);
  return (
    <section class="details" aria-label={`Chosen cell: ${cellName([cell])}`}>
      <Story run={run} cell={cell} view={view} />
      {view.kind === 'done' && <Findings key={view.result.id} run={run} result={view.result} />}
    </section>
  );
}

function Findings({ run, result }: { readonly run: Run; readonly result: CellResult }): VNode {
  const calm = nothingToDo(result);
  if (calm !== undefined) {
    return (
      <div class="calm">
        <p>{calm}</p>
        <StateTable result={result} />
      </div>
    );
  }
  return (
    <div class="columns">
      <StateTable result={result} />
      <Recovery run={run} result={result} />
    </div>
  );
}

interface StoryProps {
  readonly run: Run;
  readonly cell: PlannedCell;
  readonly view: CellView;
}

function Story({ run, cell, view }: StoryProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else box.current?.scrollIntoView({ block: 'nearest' });
  }, [cell.id]);
  return (
    <div class={`story ${viewTone(view)}`} ref={box}>
      <h2>
        <span class={`badge ${view.kind} ${viewTone(view)}`}>
          <ViewGlyph view={view} />
          {stateWords(view)}
        </span>
        {cellName([cell])}
      </h2>
      <p class="story-text">{storyText(view)}</p>
      {view.kind === 'done' && <Facts run={run} cell={cell} result={view.result} />}
      {view.kind === 'done' && view.result.dirt !== undefined && <Dirt dirt={view.result.dirt} engine={run.migration.engine} />}
    </div>
  );
}

function stateWords(view: CellView): string {
  switch (view.kind) {
    case 'done':
      return verdictWords[view.verdict].label;
    case 'failed':
      return 'not carried out';
    case 'impossible':
      return 'impossible';
    case 'pending':
      return 'not run yet';
  }
}

function storyText(view: CellView): string {
  switch (view.kind) {
    case 'done':
      return storyOf(view.result);
    case 'failed':
      return `This experiment could not be carried out, so there is no result to show. ${view.why}`;
    case 'impossible':
      return view.why;
    case 'pending':
      return 'This cell fills in when its turn comes.';
  }
}

function Facts({ run, cell, result }: { readonly run: Run; readonly cell: PlannedCell; readonly result: CellResult }): VNode {
  const same = sameAsWords(cell, run.cells);
  const retry = retryWords(result);
  const small = [
    ...(same === undefined ? [] : [`ends exactly like ${same}, which was run in its place`]),
    ...(result.fingerprint === undefined ? [] : [`state ${result.fingerprint.slice(0, 8)}`]),
    ...(result.durationMs === undefined ? [] : [formatDuration(result.durationMs)]),
  ];
  return (
    <>
      <dl class="story-facts">
        {result.inside !== undefined && (
          <>
            <dt>The server</dt>
            <dd>{result.inside}</dd>
          </>
        )}
        <dt>The client saw</dt>
        <dd>{result.error === undefined ? 'success' : <ErrorText error={result.error} />}</dd>
        {retry !== undefined && (
          <>
            <dt>A retry</dt>
            <dd>
              {retry} {result.retry?.error !== undefined && <ErrorText error={result.retry.error} />}
              {result.retry?.effect !== undefined && ` (${result.retry.effect})`}
            </dd>
          </>
        )}
      </dl>
      {small.length > 0 && <p class="quiet small">{small.join(' · ')}</p>}
    </>
  );
}

/** The rows that were put there before, so that the statement met them. */
function Dirt({ dirt, engine }: { readonly dirt: CellDirt; readonly engine: string }): VNode {
  const { row, rows } = dataNouns(engine);
  return (
    <details class="dirt">
      <summary>
        The {rows} that made it fail: {dirt.description} <span class="quiet">{`${plural(dirt.rows, row)} in ${dirt.table}`}</span>
      </summary>
      <div class="code">
        <pre>{dirt.text}</pre>
      </div>
    </details>
  );
}

function ErrorText({ error: { code, message } }: { readonly error: { readonly code: string; readonly message: string } }): VNode {
  // Network errors of Node repeat their code: `read ECONNRESET`.
  return <code>{message.includes(code) ? message : `${code} ${message}`}</code>;
}
