import type { VNode } from 'preact';
import type { CellResult, SessionLeft } from '../../src/model/simulation';
import { fieldsText, type StateRow, stateRows } from '../logic/differences';

/** History rows shown; the latest ones matter. */
const historyMax = 4;

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
            <ObjectRow key={row.name} row={row} />
          ))}
          {history.length === 0 && <Wide>No history rows.</Wide>}
          {history.length > historyMax && <Wide>{`${history.length - historyMax} earlier history rows, then:`}</Wide>}
          {history.slice(-historyMax).map(({ table, row }, position) => (
            <Wide key={`${table} ${position}`}>{`${table}: ${fieldsText(row)}`}</Wide>
          ))}
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
        {row.name}
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
  const locks = session.locks.map(({ relation, mode }) => `${mode} on ${relation}`).join(', ');
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
