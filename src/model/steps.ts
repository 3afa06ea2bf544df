import type { RecoveryStep } from './simulation';

/** A step for the database: it is executed when a plan is verified. The others are for people. */
export function isExecuted({ language }: Pick<RecoveryStep, 'language'>): boolean {
  return language === 'sql' || language === 'mongosh';
}
