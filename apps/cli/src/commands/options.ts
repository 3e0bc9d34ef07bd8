import { InvalidArgumentError, Option } from 'commander'
import type { ProgressMode } from '../progress/renderer.ts'

/** For an option that may be given several times. */
const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

export const repeatable = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect)

export const progressOption = (): Option =>
  new Option('--progress <mode>', 'how to show what happens')
    .choices(['auto', 'tty', 'plain', 'json'] satisfies ProgressMode[])
    .default('auto')

export const platformOption = (what: string): Option =>
  new Option('--platform <platform>', `${what}: os/arch or os/arch/variant (env: DOCKER_DEFAULT_PLATFORM)`)

export function anyCount(value: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(value)) throw new InvalidArgumentError('It must be a whole number, at least 1.')
  return Number(value)
}

export function positiveInteger(value: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.')
  return Number(value)
}
