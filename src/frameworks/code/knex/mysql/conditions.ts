import { type ConditionWords, jsonLiteral } from '../postgres-conditions';

/** `dialects/mysql/query/mysql-querycompiler.js`. */
export const mysqlConditions: ConditionWords = {
  like: (column, not, kind, value, writer) => `${column} ${not}like ${writer.literal(value)}${kind === 'Like' ? ' COLLATE utf8_bin' : ''}`,
  jsonObject: (column, not, value, writer) => `${not}json_contains(${column}, ${jsonLiteral(writer, value)})`,
  jsonPath: (column, not, [, path, operator, value], writer) =>
    `${not}json_extract(${column}, ${writer.literal(path)}) ${String(operator)} ${jsonLiteral(writer, value)}`,
  jsonContains(column, not, kind, value, writer) {
    const [whole, part] = kind === 'JsonSupersetOf' ? [column, jsonLiteral(writer, value)] : [jsonLiteral(writer, value), column];
    return `${not}json_contains(${whole},${part})`;
  },
};
