import type { ContainerConfig } from '@lading/manifest'
import type { RuntimeConfigWarning } from './runtime-config.ts'

/** The command of an image with neither entrypoint nor command. */
const shell: readonly string[] = ['sh']
const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The entrypoint followed by the command (image-spec, conversion.md, "Verbatim Fields"). */
export function argumentsOf({ Entrypoint = [], Cmd = [] }: ContainerConfig): readonly string[] {
  const all = [...Entrypoint, ...Cmd]
  return all.length === 0 ? shell : all
}

/** Runtimes require an absolute path. */
export function directoryOf({ WorkingDir = '' }: ContainerConfig): string {
  return WorkingDir.startsWith('/') ? WorkingDir : `/${WorkingDir}`
}

/** The image's own, unchanged and in order, after defaults for what it does not set. */
export function environmentOf(
  { Env = [] }: ContainerConfig,
  home: string,
): { readonly env: readonly string[]; readonly warnings: readonly RuntimeConfigWarning[] } {
  const env = Env.filter(isVariable)
  const names = new Set(env.map(nameOf))
  const usual = [usualPath, 'TERM=xterm', `HOME=${home === '' ? '/' : home}`]
  return {
    env: [...usual.filter((variable) => !names.has(nameOf(variable))), ...env],
    warnings: Env.filter((variable) => !isVariable(variable)).map((variable) => ({
      kind: 'environment',
      subject: variable,
      message: 'it is not NAME=value, which runtimes refuse, so it is left out',
    })),
  }
}

const nameOf = (variable: string): string => variable.slice(0, variable.indexOf('='))
const isVariable = (variable: string): boolean => variable.indexOf('=') > 0 && !variable.includes('\0')
