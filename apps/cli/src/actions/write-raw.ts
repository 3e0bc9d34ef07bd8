import type { CommandContext } from '../context.ts'

/** Exactly these bytes to standard output. On a terminal a line that is not ended is ended, so that the prompt stands on its own. */
export async function writeRaw(bytes: Uint8Array, { output }: CommandContext): Promise<void> {
  await output.write(bytes)
  if (output.interactive && bytes.at(-1) !== 0x0a) await output.write(Uint8Array.of(0x0a))
}
