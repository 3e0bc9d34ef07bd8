import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { printable } from '@lading/errors'
import { TestRegistryError } from '../error.ts'

/**
 * Sends JSON to a registry's control API, and gives what it answers.
 *
 * @param ca in PEM: whom to trust with https
 * @throws TestRegistryError `REQUEST_FAILED`
 */
export async function postJson(url: URL, body: string, ca: string | undefined): Promise<unknown> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const how = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      agent: false as const,
      ...(ca === undefined ? {} : { ca }),
    }
    const asking = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, how, resolve)
    asking.on('error', (cause) =>
      reject(
        new TestRegistryError('REQUEST_FAILED', `no answer from ${url.host}: ${printable(cause.message, 200)}`, {
          cause,
          host: url.host,
          hint: 'is it running there? with https, name its CA with --ca',
        }),
      ),
    )
    asking.end(body)
  })
  const said = await text(answer)
  if (answer.statusCode === 201) return JSON.parse(said)
  throw new TestRegistryError(
    'REQUEST_FAILED',
    `${url.host} answered ${answer.statusCode ?? 0}: ${printable(messageIn(said), 300)}`,
    {
      host: url.host,
      status: answer.statusCode,
      hint: answer.statusCode === 404 ? 'no test registry, or one with --no-control' : undefined,
    },
  )
}

function messageIn(said: string): string {
  try {
    const { error } = JSON.parse(said) as { readonly error?: { readonly message?: string } }
    return error?.message ?? said
  } catch {
    return said
  }
}
