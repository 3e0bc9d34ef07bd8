import { checkTargets } from './check-targets.ts'

checkTargets('strict-json', 'oci-manifest', 'docker-manifest', 'oci-index', 'docker-list', 'image-config', 'schema1')
