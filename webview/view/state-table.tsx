import type { VNode } from 'preact';
import type { CellResult, SessionLeft } from '../../src/model/simulation';
import { fieldsText, type StateRow, stateRows } from '../logic/differences';

/** The state after the failure beside before and after, then what the framework recorded, and who is still connected. */
export function StateTable({ result }: { readonly result: CellResult }): VNode {
  const rows = stateRows(result);
  return (
    <div class="state">
      <h3>State after the failure</h3>
      <div class="table-scroll">
        <table class="state-table">
          {rows.length > 0 && (
            <>
              <thead>
                <tr>
                  <th scope="col">Object</th>
                  <th scope="col">Found now</th>
                  <th scope="col">Before</th>
                  <th scope="col">After</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <ObjectRow key={`${row.kind} ${row.name}`} row={row} />
                ))}
              </tbody>
            </>
          )}
          <tbody>
            <Heading text="Bookkeeping" />
            {(result.bookkeeping ?? []).length === 0 && <Wide>Nothing recorded</Wide>}
            {(result.bookkeeping ?? []).map(({ table, row }, position) => (
              <tr key={`${table} ${position}`}>
                <th scope="row">{table}</th>
                <td colSpan={3}>{fieldsText(row)}</td>
              </tr>
            ))}
            <Heading text="Sessions and locks" />
            {(result.sessions ?? []).length === 0 && <Wide>None left</Wide>}
            {(result.sessions ?? []).map((session) => (
              <SessionRow key={session.pid} session={session} />
            ))}
          </tbody>
        </table>
      </div>
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
        <span class="kind">{row.kind}</span> {row.name}
        <span class="sr-only">, {standingWords[row.standing]}</span>
      </th>
      <td class="now">{row.now}</td>
      <td>{row.before}</td>
      <td>{row.after}</td>
    </tr>
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
      <td class="now">{session.state}</td>
      <td colSpan={2}>{locks === '' ? 'holds no table lock' : `holds ${locks}`}</td>
    </tr>
  );
}
