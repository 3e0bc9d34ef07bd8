import { spawn } from 'node:child_process'
import { pathOf } from '../../test/support/real-parts.ts'
import type { Measured } from '../support/measure.ts'

/** Runs what it is given, and says what that and all that it started has used (getrusage(2), RUSAGE_CHILDREN). */
const runner = `
import json, resource, subprocess, sys, time
began = time.monotonic()
code = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
wall = time.monotonic() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": code, "wall": wall, "user": used.ru_utime, "system": used.ru_stime, "peak": used.ru_maxrss / 1024}))
`

/** As `measure`, of programs that start others. `peak` is that of the largest process. */
export async function measureTree(program: string, args: readonly string[]): Promise<Measured> {
  const child = spawn(pathOf('python3'), ['-c', runner, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, complaint] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  const { code, wall, user, system, peak } = JSON.parse(printed) as Measured & { readonly code: number }
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${complaint}`)
  return { wall, user, system, cpu: user + system, peak }
}
