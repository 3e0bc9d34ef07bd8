import { createRegistryClient, type ClientEvent, type RegistryClient } from '@lading/registry-client'
import type { CommandContext } from '../context.ts'
import { clientOptions } from './client-options.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

/** Uses a registry client as the options say, and closes it. What a registry wants its users to know is shown, once. */
export async function withClient<Result>(
  options: RegistryCommandOptions,
  context: CommandContext,
  use: (client: RegistryClient) => Promise<Result>,
): Promise<Result> {
  const { terminal } = context
  const given = await clientOptions(options, context)
  const onEvent = (event: ClientEvent): void => {
    given.onEvent?.(event)
    if (event.type === 'warning') terminal.write(`${terminal.paint('yellow', 'WARNING:')} ${warningText(event)}\n`)
  }
  const client = createRegistryClient({ ...given, onEvent })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** A registry's warning, with the registry that says it. */
export const warningText = ({ host, text }: Extract<ClientEvent, { type: 'warning' }>): string =>
  `${host} says: ${text}`
