import { spawn } from 'node:child_process'
import { pathOf } from '../../test/support/real-parts.ts'

/** Nothing at random, nothing in other threads, and nothing from an earlier run: two runs then differ by a thousandth. */
const alike = ['--predictable', '--single-threaded', '--hash-seed=1', '--random-seed=1']
const counter = ['--tool=cachegrind', '--cache-sim=no', '--branch-sim=no', '--cachegrind-out-file=/dev/null']

/** How many instructions of the processor Node takes for its arguments, those of the kernel excepted. */
export async function instructionsOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(pathOf('valgrind'), [...counter, process.execPath, ...alike, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], NODE_DISABLE_COMPILE_CACHE: '1', LADING_HOSTS: 'off', ...env },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const counted = /I +refs: +([\d,]+)/.exec(said)?.[1]
  if (code !== 0 || counted === undefined)
    throw new Error(`node ${args.join(' ')} ended with ${code} under valgrind\n${said.slice(-2000)}`)
  return Number(counted.replaceAll(',', ''))
}
