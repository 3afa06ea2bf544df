import type { VNode } from 'preact';
import type { CellResult, SessionLeft } from '../../src/model/simulation';
import { lockModeLabel } from '../../src/model/words';
import { fieldsText, historyWords, type StateRow, stateRows } from '../logic/differences';
import { Breakable } from './breakable';

/** More history rows than this are there to be unfolded: most of them are of earlier migrations. */
const historyShown = 2;

/** The state after the failure beside before and after, then what the framework recorded, and who is still connected. */
export function StateTable({ result }: { readonly result: CellResult }): VNode {
  const { objects, bookkeeping } = stateRows(result);
  const history = result.bookkeeping ?? [];
  const sessions = result.sessions ?? [];
  return (
    <div class="state">
      <h3>State after the failure</h3>
      <table class="state-table">
        <thead>
          <tr>
            <th scope="col">Object</th>
            <th scope="col">Found now</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {objects.length === 0 && <Wide>Schema and data are the same in all three.</Wide>}
          {objects.map((row) => (
            <ObjectRow key={`${row.kind} ${row.name}`} row={row} />
          ))}
        </tbody>
        <tbody>
          <Heading text="Bookkeeping" />
          {bookkeeping.map((row) => (
            <HistoryRow key={row.name} row={row} />
          ))}
          {history.length === 0 && <Wide>No history rows.</Wide>}
          {history.length > 0 && (
            <tr>
              <td class="quiet" colSpan={4}>
                <History rows={history} />
              </td>
            </tr>
          )}
          <Heading text="Sessions and locks" />
          {sessions.length === 0 && <Wide>None left.</Wide>}
          {sessions.map((session) => (
            <SessionRow key={session.pid} session={session} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function History({ rows }: { readonly rows: NonNullable<CellResult['bookkeeping']> }): VNode {
  const list = (
    <ul class="history">
      {rows.map(({ table, row }, position) => (
        <li key={position}>{`${table.replace(/^public\./, '')}: ${fieldsText(row)}`}</li>
      ))}
    </ul>
  );
  if (rows.length <= historyShown) return list;
  return (
    <details>
      <summary>All {rows.length} history rows as they are now</summary>
      {list}
    </details>
  );
}

const standingWords: Readonly<Record<StateRow['standing'], string>> = {
  done: 'already as after',
  todo: 'still as before',
  wrong: 'neither as before nor as after',
};

const standingMarks: Readonly<Record<StateRow['standing'], string>> = { done: '+', todo: '·', wrong: '!' };

function ObjectRow({ row }: { readonly row: StateRow }): VNode {
  return (
    <tr class={`standing-${row.standing}`} title={standingWords[row.standing]}>
      <th scope="row">
        <span class="mark" aria-hidden="true">
          {standingMarks[row.standing]}
        </span>
        {row.kind !== 'bookkeeping' && <span class="kind">{row.kind} </span>}
        <Breakable text={row.name} />
        <span class="sr-only">, {standingWords[row.standing]}</span>
      </th>
      <td class="now" data-head="now">
        {row.now}
      </td>
      <Other head="before" text={row.before} />
      <Other head="after" text={row.after} />
    </tr>
  );
}

/** A history row is told whole, since it has no name. */
function HistoryRow({ row }: { readonly row: StateRow }): VNode {
  return (
    <tr class={`standing-${row.standing}`} title={standingWords[row.standing]}>
      <th scope="row" colSpan={4}>
        <span class="mark" aria-hidden="true">
          {standingMarks[row.standing]}
        </span>
        <b class="now">{historyWords(row)}:</b> <Breakable text={row.name} />
      </th>
    </tr>
  );
}

function Other({ head, text }: { readonly head: string; readonly text: string | undefined }): VNode {
  return (
    <td class={text === undefined ? 'quiet' : ''} data-head={head}>
      {text ?? 'same'}
    </td>
  );
}

function Heading({ text }: { readonly text: string }): VNode {
  return (
    <tr class="heading">
      <th scope="rowgroup" colSpan={4}>
        {text}
      </th>
    </tr>
  );
}

function Wide({ children }: { readonly children: string }): VNode {
  return (
    <tr>
      <td class="quiet" colSpan={4}>
        {children}
      </td>
    </tr>
  );
}

function SessionRow({ session }: { readonly session: SessionLeft }): VNode {
  const locks = session.locks.map(({ relation, mode }) => `${lockModeLabel(mode)} on ${relation}`).join(', ');
  return (
    <tr class="standing-wrong">
      <th scope="row">
        <span class="mark" aria-hidden="true">
          !
        </span>
        pid {session.pid}
      </th>
      <td class="now" data-head="state">
        {session.state}
      </td>
      <td colSpan={2} data-head="locks">
        {locks === '' ? 'holds no table lock' : `holds ${locks}`}
      </td>
    </tr>
  );
}
