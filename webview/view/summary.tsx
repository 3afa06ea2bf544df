import type { VNode } from 'preact';
import { unfilledText, verdictWords } from '../../src/model/words';
import { countCells } from '../logic/counts';
import type { Filter } from '../logic/filter';
import { headlineOf } from '../logic/headline';
import { formatCount, formatDuration, plural } from '../logic/numbers';
import type { Run } from '../logic/panel-state';
import { toneClass, VerdictGlyph, ViewGlyph } from './glyph';

interface SummaryProps {
  readonly run: Run;
  readonly finished: boolean;
  readonly filter: Filter | undefined;
  readonly onFilter: (filter: Filter | undefined) => void;
}

/** The answer in one sentence, then how often each verdict occurs; a verdict that is pressed is looked for in the matrix. */
export function Summary({ run, finished, filter, onFilter }: SummaryProps): VNode {
  const counts = countCells(run);
  const headline = finished ? headlineOf(run) : undefined;
  const duration = run.simulation?.summary.durationMs;
  const entry = (of: Filter, tone: string, title: string | undefined, glyph: VNode, text: string) => (
    <li key={of} class={tone}>
      <button
        type="button"
        class="count-button"
        aria-pressed={filter === of}
        title={title}
        onClick={() => onFilter(filter === of ? undefined : of)}
      >
        {glyph}
        {text}
      </button>
    </li>
  );
  return (
    <section class="summary" aria-label="Result">
      {headline !== undefined && (
        <p class="headline">
          {headline.risk} <b>{headline.wayOut}</b>
        </p>
      )}
      {run.migration.unfilled !== undefined && <p class="quiet">{unfilledText(run.migration)}</p>}
      <ul class="counts" aria-label="How often each verdict occurs; press one to look for it">
        {duration !== undefined && (
          <li>
            <b>{plural(run.cells.length, 'cell')}</b> in {formatDuration(duration)}
          </li>
        )}
        {counts.verdicts.map(({ verdict, count }) => {
          const { tone, meaning, label } = verdictWords[verdict];
          return entry(verdict, toneClass(tone), meaning, <VerdictGlyph verdict={verdict} />, `${formatCount(count)} ${label}`);
        })}
        {counts.failed > 0 &&
          entry(
            'failed',
            'tone-caution',
            undefined,
            <ViewGlyph view={{ kind: 'failed' }} />,
            `${formatCount(counts.failed)} not carried out`,
          )}
        {counts.impossible > 0 &&
          entry(
            'impossible',
            'tone-quiet',
            undefined,
            <ViewGlyph view={{ kind: 'impossible' }} />,
            `${formatCount(counts.impossible)} impossible here`,
          )}
        {filter !== undefined && (
          <li>
            <button type="button" class="count-button" onClick={() => onFilter(undefined)}>
              show all
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}
