import '@lading/errors/needs-node'
export { allChecks } from './all-checks.ts'
export { Unsupported, type Check } from './check.ts'
export type { Credentials } from './login.ts'
export {
  runCompliance,
  testCompliance,
  type ComplianceOptions,
  type ComplianceResult,
  type TestComplianceOptions,
  type TestFunctions,
} from './run.ts'
export type { Target, TargetOptions } from './target.ts'
