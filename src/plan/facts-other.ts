import type { Operation } from '../model/operation';
import { catalogOnly, type Fact, fact } from './fact';

/** Statements that change rows of the catalog and lock no table that others use. */
const catalogNodes = new Set(
  `AlterCollationStmt AlterDatabaseRefreshCollStmt AlterDatabaseSetStmt AlterDatabaseStmt AlterDefaultPrivilegesStmt AlterEventTrigStmt
  AlterExtensionContentsStmt AlterFdwStmt AlterForeignServerStmt AlterFunctionStmt AlterObjectDependsStmt AlterOpFamilyStmt
  AlterOperatorStmt AlterOwnerStmt AlterPublicationStmt AlterRoleSetStmt AlterRoleStmt AlterSeqStmt AlterStatsStmt AlterSubscriptionStmt
  AlterTSConfigurationStmt AlterTSDictionaryStmt AlterTypeStmt AlterUserMappingStmt CreateAmStmt CreateCastStmt CreateConversionStmt
  CreateEventTrigStmt CreateFdwStmt CreateForeignServerStmt CreateOpClassStmt CreateOpFamilyStmt CreatePLangStmt CreateTransformStmt
  CreateUserMappingStmt DropUserMappingStmt ReassignOwnedStmt RenameStmt SecLabelStmt`.split(/\s+/),
);

/** Statements about the session. */
const sessionOnly = new Set(
  `CheckPointStmt ClosePortalStmt ConstraintsSetStmt DeallocateStmt DeclareCursorStmt DiscardStmt FetchStmt ListenStmt LoadStmt NotifyStmt
  PrepareStmt UnlistenStmt VariableShowStmt`.split(/\s+/),
);

/** Statements that have no operation of their own, by the parser's name for them. */
export function otherFact({ node }: Extract<Operation, { kind: 'other' }>): Fact {
  if (catalogNodes.has(node)) return fact('metadata', catalogOnly);
  if (sessionOnly.has(node) || node.startsWith('DiscardStmt')) return fact('none', 'It is about the session, not the data');
  return fact('unknown', `Faultline has no facts about this kind of statement (${node})`);
}
