import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CellResult, DecisionFact, RecoveryCheck, RecoveryMode, RecoveryPlan, RecoveryStep } from '../../src/model/simulation';
import type { Run } from '../logic/panel-state';
import { type Direction, directionTitles, languageOf, lossOf, planText, proofOf, type Rollback, rollbackOf } from '../logic/plans';
import { Button } from '../ui';
import { useActions } from './context';

/** The two ways out of a partial state, the recommended one first. */
export function Recovery({ run, result }: { readonly run: Run; readonly result: CellResult }): VNode {
  const { recovery } = result;
  if (recovery === undefined) {
    return (
      <div class="recovery">
        <h3>Recovery</h3>
        <p class="quiet">No recovery was worked out for this cell.</p>
      </div>
    );
  }
  const order: readonly Direction[] = recovery.recommended === 'back' ? ['back', 'forward'] : ['forward', 'back'];
  return (
    <div class="recovery">
      <h3>Recovery</h3>
      {recovery.modes !== undefined && recovery.modes.length > 0 && <Modes modes={recovery.modes} />}
      {order.map((direction) => (
        <Plan
          key={direction}
          direction={direction}
          plan={recovery[direction]}
          because={direction === recovery.recommended ? recovery.because : undefined}
          facts={direction === recovery.recommended ? (recovery.decision?.facts ?? []) : []}
          cellId={result.id}
          rollback={direction === 'back' ? rollbackOf(run, result) : undefined}
        />
      ))}
    </div>
  );
}

interface PlanProps {
  readonly direction: Direction;
  readonly plan: RecoveryPlan;
  /** Why it is the recommended one; absent for the other. */
  readonly because: string | undefined;
  /** What the recommendation rests on; empty for the other. */
  readonly facts: readonly DecisionFact[];
  readonly cellId: string;
  readonly rollback: Rollback | undefined;
}

function Plan({ direction, plan, because, facts, cellId, rollback }: PlanProps): VNode {
  const { post } = useActions();
  const title = directionTitles[direction];
  const proof = proofOf(plan, direction);
  const loss = lossOf(plan, direction);
  return (
    <article class={because === undefined ? 'plan' : 'plan recommended'} data-direction={direction} aria-label={title}>
      <header>
        <h4>
          {title}
          {because !== undefined && <span class="recommendation">recommended</span>}
        </h4>
        <p class={`proof proof-${proof.kind}`}>
          <span aria-hidden="true">{proof.glyph}</span> {proof.text}
        </p>
        {loss !== undefined && <p class={plan.loses === undefined ? 'quiet small' : 'small loss'}>{loss}</p>}
        {because !== undefined && <p class="because">{because}</p>}
        {facts.length > 0 && <Facts facts={facts} />}
      </header>
      {plan.steps.length === 0 ? (
        <p class="quiet no-steps">No steps.</p>
      ) : (
        <>
          <ol>
            {plan.steps.map((step, position) => (
              <Step key={position} step={step} number={position + 1} />
            ))}
          </ol>
          {plan.checks !== undefined && plan.checks.length > 0 && <Checks checks={plan.checks} />}
          <footer class="actions">
            <CopyButton text={planText(plan)} label={`Copy all steps: ${title}`}>
              Copy all
            </CopyButton>
            <Button
              label={`Open in editor: ${title}`}
              onPress={() => post({ kind: 'open', text: planText(plan), language: languageOf(plan), title: `${title} from ${cellId}` })}
            >
              Open in editor
            </Button>
            {rollback !== undefined && (
              <Button onPress={() => post({ kind: 'insert-rollback', statements: rollback.statements })}>Insert as rollback</Button>
            )}
            {rollback?.ofWhole && <p class="quiet small">The rollback that is inserted undoes the whole migration. It was verified too.</p>}
          </footer>
        </>
      )}
    </article>
  );
}

/** What was found left behind, each with the query that finds it on a live server. */
function Modes({ modes }: { readonly modes: readonly RecoveryMode[] }): VNode {
  return (
    <ul class="modes">
      {modes.map(({ name, object, detail, query }) => (
        <li key={`${name} ${object}`}>
          <details>
            <summary>
              <b>{name}</b> {object} <span class="quiet">{detail}</span>
            </summary>
            <div class="code">
              <pre>{query}</pre>
              <CopyButton text={query} label={`Copy the query that finds it: ${name}`}>
                Copy
              </CopyButton>
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** Both ways side by side, by what was measured of them. */
function Facts({ facts }: { readonly facts: readonly DecisionFact[] }): VNode {
  return (
    <table class="decision" aria-label="Back and forward, as measured">
      <thead>
        <tr>
          <td />
          <th scope="col">back</th>
          <th scope="col">forward</th>
        </tr>
      </thead>
      <tbody>
        {facts.map(({ name, back, forward }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{back}</td>
            <td>{forward}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was asked of the database after the plan, and what it said. */
function Checks({ checks }: { readonly checks: readonly RecoveryCheck[] }): VNode {
  const failed = checks.filter(({ passed }) => !passed).length;
  const words =
    failed === 0
      ? `${checks.length === 1 ? 'One check' : `All ${checks.length} checks`} passed`
      : `${failed} of ${checks.length} checks failed`;
  return (
    <details class="checks" open={failed > 0}>
      <summary class={failed === 0 ? 'tone-text-good' : 'tone-text-bad'}>{words}</summary>
      <ul>
        {checks.map(({ title, text, expected, passed, found }) => (
          <li key={title}>
            <span class={passed ? 'tone-text-good' : 'tone-text-bad'} aria-hidden="true">
              {passed ? '✓' : '✕'}
            </span>{' '}
            {title}
            <span class="sr-only">{passed ? ', passed' : ', failed'}</span>
            <div class="code">
              <pre>{text}</pre>
              <CopyButton text={text} label={`Copy the check: ${title}`}>
                Copy
              </CopyButton>
            </div>
            <p class="quiet small">
              Must give {expected}
              {!passed && found !== undefined && `, gave ${found}`}
              {!passed && found === undefined && ', and could not be asked'}.
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Step({ step, number }: { readonly step: RecoveryStep; readonly number: number }): VNode {
  return (
    <li>
      <p class="step-title">{step.title}</p>
      {step.why !== '' && <p class="quiet small">{step.why}</p>}
      {step.text !== '' && (
        <div class="code">
          <pre>{step.text}</pre>
          <CopyButton text={step.text} label={`Copy step ${number}`}>
            Copy
          </CopyButton>
        </div>
      )}
    </li>
  );
}

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
  readonly children: string;
}

/** Copies through VS Code, and says for a moment that it did. */
function CopyButton({ text, label, children }: CopyButtonProps): VNode {
  const { post, announce } = useActions();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    post({ kind: 'copy', text });
    setCopied(true);
    announce('Copied.');
  };
  return (
    <Button label={label} onPress={copy}>
      {copied ? 'Copied' : children}
    </Button>
  );
}
