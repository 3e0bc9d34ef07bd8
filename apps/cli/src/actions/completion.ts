import type { Command } from 'commander'
import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { outlineOf, type Outline } from '../completion/outline.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { CommandContext } from '../context.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'

const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', (outlines: readonly Outline[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

export async function completion(
  shell: keyof typeof scripts,
  program: Command,
  context: CommandContext,
): Promise<ExitCode> {
  context.print(scripts[shell](outlineOf(program)).trimEnd())
  return exitCodes.ok
}
