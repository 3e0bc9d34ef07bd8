import { checkTargets } from './check-targets.ts'

checkTargets('tar')
