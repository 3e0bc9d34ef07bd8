import { printable } from '@lading/errors'
import {
  createRegistryClient,
  waitNotice,
  type ClientEvent,
  type Credential,
  type RegistryClient,
} from '@lading/registry-client'
import type { CommandContext } from '../context.ts'
import { clientOptions, warnAt } from './client-options.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import type { ProgressMode, Renderer } from '../progress/renderer.ts'

/** Uses a registry client as the options say, and closes it. What a registry wants its users to know is shown, once. */
export async function withClient<Result>(
  options: RegistryCommandOptions,
  context: CommandContext,
  use: (client: RegistryClient) => Promise<Result>,
): Promise<Result> {
  const warn = warnAt(context)
  const given = await clientOptions(options, context, { warn })
  const onEvent = (event: ClientEvent): void => {
    given.onEvent?.(event)
    const warning = warningText(event)
    if (warning !== undefined) warn(warning)
    const wait = waitNotice(event)
    if (wait !== undefined) context.terminal.write(`${context.terminal.paint('yellow', printable(wait.message))}\n`)
  }
  const client = createRegistryClient({ ...given, onEvent })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** The same while a renderer shows what happens. */
export async function withRenderedClient<Result>(
  options: RenderedOptions,
  context: CommandContext,
  renderer: Pick<Renderer, 'event'>,
  use: (client: RegistryClient) => Promise<Result>,
): Promise<Result> {
  const client = await openRenderedClient(options, context, renderer)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

type RenderedOptions = RegistryCommandOptions & { readonly progress: ProgressMode }

/** What is said of one host alone. */
export interface ClientSide {
  readonly host: string
  readonly credential?: Credential | undefined
  /** Http, and certificates that are not checked; `false`: not, whatever `--insecure` and the machine's files say of the host. Default: as that says. */
  readonly insecure?: boolean | undefined
}

/** A client whose words a renderer shows; whoever opens it closes it. */
export async function openRenderedClient(
  options: RenderedOptions,
  context: CommandContext,
  { event: show }: Pick<Renderer, 'event'>,
  side?: ClientSide,
): Promise<RegistryClient> {
  const warn = (code: string, message: string): void => show({ type: 'warning', code, message })
  const given = await clientOptions(options, context, { warn: (message) => warn('HOSTS_WARNING', message) })
  const onEvent = (event: ClientEvent): void => {
    given.onEvent?.(event)
    const message = warningText(event)
    if (message !== undefined) warn(event.type === 'warning' ? 'REGISTRY_WARNING' : 'IDENTITY_NOT_STORED', message)
    const wait = waitNotice(event)
    if (wait !== undefined) show({ type: 'wait', ...wait })
  }
  const { insecure = [], credentials } = given
  return createRegistryClient({
    ...given,
    insecure: side?.insecure === true ? [...insecure, side.host] : insecure,
    secure: side?.insecure === false ? [side.host] : undefined,
    credentials:
      side?.credential === undefined
        ? credentials
        : async (target, how) => (target.host === side.host ? side.credential : credentials?.(target, how)),
    onEvent,
  })
}

/** What the user should know of: a registry's warning, with the registry that says it; a login that will not last. */
export function warningText(event: ClientEvent): string | undefined {
  if (event.type === 'warning') return `${event.host} says: ${event.text}`
  if (event.type !== 'identity-renewed' || event.problem === undefined) return undefined
  return `${event.host} renewed the identity token, which could not be stored (${event.problem}); the next pull may need: lading login ${event.host}`
}
