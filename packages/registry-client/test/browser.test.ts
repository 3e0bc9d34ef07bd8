import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { bundleForBrowser } from '../../../test/support/in-chromium.ts'
import { manifestOf, manifestType } from './support/image.ts'

const bundle = (): Promise<string> => bundleForBrowser(fileURLToPath(new URL('../src/fetch/index.ts', import.meta.url)))

it('bundles over fetch without anything of Node', async () => {
  expect(await bundle()).not.toMatch(/node:|undici-transport|\bBuffer\.|\bprocess\./)
})

it('reads a manifest and a blob where there is nothing but what the Web has', async () => {
  const layer = new TextEncoder().encode('layer')
  const manifest = manifestOf(new TextEncoder().encode('{}'), [layer])
  const asked: string[] = []
  const fetch = async (url: string, { headers }: { readonly headers: Record<string, string> }): Promise<Response> => {
    asked.push(new URL(url).pathname)
    if (headers['authorization'] === undefined)
      return new Response('{}', { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } })
    return url.includes('/blobs/')
      ? new Response(layer)
      : new Response(new Uint8Array(manifest.bytes), { headers: { 'content-type': manifestType } })
  }
  const web = {
    fetch,
    Response,
    Request,
    Headers,
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    AbortSignal,
    ReadableStream,
    setTimeout,
    clearTimeout,
    performance,
    atob,
    btoa,
    queueMicrotask,
    crypto,
  }
  const use = `(async () => {
    const client = subject.createRegistryClient({ fetch, credentials: async () => ({ kind: 'basic', username: 'ann', password: 'pä' }) })
    const repository = client.repository('registry.test/acme/app')
    const { manifest, descriptor } = await repository.manifests.get('1.4')
    let text = ''
    for await (const chunk of repository.blobs.open(manifest.layers[0])) text += new TextDecoder().decode(chunk)
    await client.close()
    return JSON.stringify([descriptor.digest, text])
  })()`
  const results: unknown = JSON.parse((await runInNewContext(`${await bundle()};${use}`, web)) as string)
  expect(results).toEqual([manifest.digest, 'layer'])
  expect(asked).toEqual([
    '/v2/acme/app/manifests/1.4',
    '/v2/acme/app/manifests/1.4',
    expect.stringMatching(/blobs.sha256:/),
  ])
})
