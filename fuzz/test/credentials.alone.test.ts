import { checkTargets } from './check-targets.ts'

checkTargets('docker-config', 'netrc')
