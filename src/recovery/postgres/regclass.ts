import { quoteLiteral, quoteQualified } from '../../parse/postgres/identifiers';

/** For checks of one named object. */
export function regclass(schema: string, name: string): string {
  return `${quoteLiteral(quoteQualified(schema, name))}::regclass`;
}
