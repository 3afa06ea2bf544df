import { Fragment, type VNode } from 'preact';

/** Long names may break after an underscore or a dot rather than anywhere. */
export function Breakable({ text }: { readonly text: string }): VNode {
  const parts = text.split(/(?<=[_.])/);
  return (
    <>
      {parts.map((part, position) => (
        <Fragment key={position}>
          {position > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
