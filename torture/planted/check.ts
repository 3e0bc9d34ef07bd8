// One check in a process of its own, in which a bug may be planted: see run.ts. Arguments: its name, a seed.
import { checks, type CheckName } from './checks.ts'

const [name = '', seed = '0'] = process.argv.slice(2)
const findings = await checks[name as CheckName](Number(seed))
process.stdout.write(JSON.stringify({ findings }))
