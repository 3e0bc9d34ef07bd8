import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { enlarged, needs } from '../../../test/support/needs.ts'
import { artifact, image, index, schema1, startTestRegistry, type TestRegistry } from '../src/index.ts'
import { openPage, type Page } from './support/chromium.ts'
import { ask, askRaw } from './support/http.ts'

const requests = 'document.querySelectorAll("#journal tr[data-number]").length'

describe('the page in Chromium', needs('chromium', enlarged), () => {
  let page: Page
  let registry: TestRegistry
  beforeAll(async () => {
    page = await openPage()
  })
  afterAll(() => page.close())
  beforeEach(async () => {
    registry = await startTestRegistry()
  })
  afterEach(async () => {
    // Away from the registry before it goes: otherwise the page complains of that, and rightly so.
    await page.goto('about:blank')
    await registry.close()
    if (page.complaints.length > 0) throw new Error(page.complaints.join('\n'))
  })

  async function visit(): Promise<void> {
    await page.goto(`${registry.url}/_lading/`)
    await page.until('document.querySelector("#connection").dataset.state === "live"')
    await page.until('document.querySelector("#about dd") !== null')
  }
  const textOf = (selector: string): Promise<string> =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`)

  test('shows repositories, their images and layers', async () => {
    const app = await registry.seed(image('t/app:1').randomLayer(300_000))
    await registry.seed(
      index('t/multi:1')
        .add(image().layer({ a: 'b' }))
        .add(image().platform('linux/arm64').layer({ c: 'd' })),
    )
    const old = await registry.seed(schema1('t/old:1').layer({ a: 'b' }, { compression: 'none' }).throwaway())
    await registry.seed(artifact('t/app:sbom', 'application/vnd.example.sbom').subject(app))
    await visit()
    await page.until('document.querySelectorAll(".repository").length === 3')
    await page.click('.repository summary')
    await page.until('document.querySelectorAll(".manifest").length === 2')
    const shown = await textOf('.repository')
    expect(shown).toContain('t/app 2 tags, 2 manifests, 3 blobs')
    expect(shown).toContain(`${app.layers[0]?.digest.slice(0, 19) ?? ''}… 301.6 kB`)
    expect(shown).toContain(`Refers to ${app.digest.slice(0, 19)}…`)
    await page.click('.repository:nth-child(2) summary')
    await page.until('document.querySelectorAll(".repository:nth-child(2) .manifest").length === 3')
    expect(await textOf('.repository:nth-child(2)')).toContain('linux/arm64')
    await page.click('.repository:nth-child(3) summary')
    await page.until('document.querySelector(".repository:nth-child(3) .manifest") !== null')
    expect(await textOf('.repository:nth-child(3)')).toContain(
      `${old.layers[0]?.digest.slice(0, 19) ?? ''}… ${((old.layers[0]?.size ?? 0) / 1000).toFixed(1)} kB`,
    )
  })

  test('shows requests as they happen, the faults that hit them, and their headers', async () => {
    await registry.seed(image('t/app:1').layer({ a: 'b' }))
    registry.addFault({ name: 'down for once', on: 'manifest', nth: 1, then: { status: 503 } })
    await visit()
    await page.until('document.querySelector("#no-requests").checkVisibility()')
    await ask(`${registry.url}/v2/t/app/manifests/1`, { headers: { 'x-mine': 'yes' } })
    await ask(`${registry.url}/v2/t/app/manifests/1`)
    await page.until(`${requests} === 2`)
    expect(await textOf('#journal tr:nth-child(2)')).toMatch(/GET\s+\/v2\/t\/app\/manifests\/1\s+503/)
    expect(
      await page.evaluate('[...document.querySelectorAll("#journal tr.hit")].map((row) => row.lastChild.innerText)'),
    ).toEqual(['down for once'])
    await page.click('#journal tr.hit button')
    expect(await textOf('#journal tr.headers')).toContain('x-mine\nyes')
    await page.click('#filter-faults')
    await page.until(`${requests} === 1`)
    await page.until('document.querySelector("#journal-summary").textContent.includes("fault")')
    expect(await textOf('#journal-summary')).toBe('2 requests, 1 fault fired since this page was opened')
    await page.until('document.querySelector(".fired").textContent === "fired once"')
  })

  test('counts from when it was opened, and says which faults changed nothing', async () => {
    await registry.seed(image('t/app:1').layer({ a: 'b' }))
    registry.addFault({ on: 'manifest', nth: 1, then: { status: 503 } })
    registry.addFault({ name: 'too far', on: 'manifest', from: 2, afterBytes: 1_000_000, then: 'close' })
    const pull = (): Promise<unknown> => ask(`${registry.url}/v2/t/app/manifests/1`)
    await pull()
    await visit()
    await page.until(`${requests} === 1`)
    await pull()
    await page.until('document.querySelector("#journal-summary").textContent !== ""')
    expect(await textOf('#journal-summary')).toBe('1 request since this page was opened')
    expect(await textOf('#journal .fault-names')).toBe('too far changed nothing')
    await page.until('document.querySelectorAll(".fired")[1].textContent === "changed nothing once"')
  })

  test('a request that hangs is there while it hangs; what is paused waits; what is cleared is gone', async () => {
    registry.addFault({ on: 'ping', nth: 1, then: 'stall' })
    await visit()
    ask(`${registry.url}/v2/`).catch(() => undefined)
    await page.until(`${requests} === 1`)
    expect(await textOf('#journal .status')).toBe('…')
    await page.click('#pause')
    await ask(`${registry.url}/v2/`)
    await registry.journal.waitFor({ kind: 'ping', status: 200 })
    expect(await page.evaluate(requests)).toBe(1)
    await page.click('#pause')
    await page.until(`${requests} === 2`)
    await page.click('#clear-journal')
    await page.until(`${requests} === 0`)
    expect(registry.journal.entries).toEqual([])
  })

  test('turns faults on and off, by mouse and by keyboard', async () => {
    const fault = registry.addFault({ on: 'blob', then: 'reset' })
    await visit()
    await page.until('document.querySelector(".fault input") !== null')
    const enabled = (): boolean | undefined => registry.faults().find(({ id }) => id === fault.id)?.enabled
    await page.click(`#fault-${fault.id}`)
    await expect.poll(enabled).toBe(false)
    await page.evaluate('document.querySelector("#side").focus()')
    await page.press('Tab')
    await page.press(' ')
    await expect.poll(enabled).toBe(true)
    await page.press('Tab')
    await page.press('Enter')
    await expect.poll(enabled).toBeUndefined()
    await page.until('document.activeElement?.closest("#presets") !== null')
    await page.press('Enter')
    await expect.poll(() => registry.faults().length).toBe(1)
  })

  test('every ready-made fault is one; one’s own is added, or refused with a reason', async () => {
    await visit()
    const count = await page.evaluate<number>('document.querySelectorAll("#presets button").length')
    await page.evaluate('for (const button of document.querySelectorAll("#presets button")) button.click()')
    await expect.poll(() => registry.faults().length).toBe(count)
    await page.evaluate('document.querySelector("#own-fault").closest("details").open = true')
    await page.click('#own-fault button[type=submit]')
    await expect.poll(() => registry.faults().at(-1)?.name).toBe('blob #1 reset after 1000 bytes')
    await page.evaluate(
      'document.querySelector("#own-fault-text").value = "{\\"on\\":\\"blob\\",\\"then\\":\\"rest\\"}"',
    )
    await page.click('#own-fault button[type=submit]')
    await page.until(
      'document.querySelector("#own-fault-problem").textContent.includes("not a fault\'s \'then\': \\"rest\\"")',
    )
    await page.click('#clear-faults')
    await expect.poll(() => registry.faults()).toEqual([])
  })

  test('moves the clock', async () => {
    await visit()
    const before = registry.clock.now()
    await page.click('#clock button[type=submit]')
    await page.until('document.querySelector("#clock-now").textContent.startsWith("It is")')
    expect(registry.clock.now()).toBeGreaterThanOrEqual(before + 300_000)
    await page.click('#expire-tokens')
    await page.until('document.querySelector("#clock-now").textContent.includes("No token")')
  })

  test('keeps the button of a request when the request ends: it may be under a finger just then', async () => {
    await registry.seed(image('t/app:1').layer({ a: 'b' }))
    const fault = registry.addFault({ on: 'manifest', then: 'stall', afterBytes: 1 })
    await visit()
    const leave = new AbortController()
    const asked = fetch(`${registry.url}/v2/t/app/manifests/1`, { signal: leave.signal })
      .then((answer) => answer.text())
      .catch(() => 'left')
    await page.until(`${requests} === 1`)
    await page.evaluate('void (globalThis.kept = document.querySelector("#journal tr[data-number] button"))')
    const took = 'document.querySelector("#journal tr[data-number]").cells[5].innerText'
    expect(await page.evaluate(took)).toBe('')
    leave.abort()
    expect(await asked).toBe('left')
    await page.until(`${took} !== ''`)
    expect(await page.evaluate('globalThis.kept.isConnected && globalThis.kept.closest("tr").dataset.number')).toBe('0')
    await page.click('#journal tr[data-number] button')
    expect(
      await page.evaluate(
        '[globalThis.kept.getAttribute("aria-expanded"), document.querySelectorAll("#journal .headers").length]',
      ),
    ).toEqual(['true', 1])
    await page.click('#journal tr[data-number] button')
    expect(
      await page.evaluate(
        '[globalThis.kept.getAttribute("aria-expanded"), document.querySelectorAll("#journal .headers").length]',
      ),
    ).toEqual(['false', 0])
    fault.remove()
  })

  test('shows what clients sent as text, never as markup', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    const tricky = 'gpj.\u202eexe\u0007\u001b[31m\u200b'
    const repository = registry.repository('t/app')
    const digest = repository.putManifest(
      {
        mediaType: evil,
        artifactType: `${evil}${tricky}`,
        subject: { digest: evil },
        layers: [{ digest: `${evil}${tricky}`, platform: { os: evil } }],
        manifests: [{ digest: evil, platform: { os: tricky, architecture: evil } }],
      },
      { mediaType: evil },
    )
    repository.tag(evil, digest)
    repository.tag(tricky, digest)
    registry.addFault({ name: `${evil}${tricky}`, on: 'any', then: { headers: { 'x-evil': evil } } })
    await visit()
    await askRaw(
      registry.port,
      `GET /v2/${evil.replaceAll(' ', '\t')}/tags/list?"'><b> HTTP/1.1\r\nhost: x\r\nx-evil: ${evil}\u0085\r\n"'x-also: y\r\nconnection: close\r\n\r\n`,
    )
    await ask(`${registry.url}/v2/t/app/manifests/${encodeURIComponent(evil)}`, {
      headers: { 'user-agent': evil, range: evil },
    })
    await page.until(`${requests} >= 1`)
    for (const button of await page.evaluate<number[]>(
      '[...document.querySelectorAll("#journal tr[data-number]")].map(({ dataset }) => dataset.number)',
    ))
      await page.click(`#journal tr[data-number="${button}"] button`)
    await page.click('.repository summary')
    await page.until('document.querySelector(".manifest") !== null')
    expect(
      await page.evaluate('document.querySelectorAll("img, script:not([src=\'page.js\']), b, iframe").length'),
    ).toBe(0)
    const shown = await page.evaluate<string>('document.body.innerText')
    expect(shown).toContain(`user-agent\n${evil}`)
    expect(shown.split('alert(1)').length).toBeGreaterThan(8)
    expect(shown).toContain('gpj.\\u202eexe\\u0007\\u001b[31m\\u200b')
    // oxlint-disable-next-line no-control-regex
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toMatch(/[\u202e\u001b\u0007\u200b]/)
  })

  test('is served so that nothing else runs in it or around it', async () => {
    const { headers } = await ask(`${registry.url}/_lading/`)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect([
      headers['x-content-type-options'],
      headers['x-frame-options'],
      headers['cross-origin-resource-policy'],
    ]).toEqual(['nosniff', 'DENY', 'same-origin'])
    for (const path of ['../package.json', '..%2fpackage.json', 'nothing.js', 'page.js/', '%00'])
      expect([
        path,
        Number(
          / (\d+)/.exec(
            await askRaw(
              registry.port,
              `GET /_lading/${path} HTTP/1.1\r\nhost: ${registry.host}\r\nconnection: close\r\n\r\n`,
            ),
          )?.[1],
        ),
      ]).toEqual([path, 404])
    expect((await ask(`${registry.url}/_lading`)).headers.location).toBe('/_lading/')
    expect((await ask(`${registry.url}/_lading/`, { method: 'POST' })).status).toBe(405)
    expect((await ask(`${registry.url}/_lading/style.css`, { method: 'HEAD' })).body).toHaveLength(0)
    await visit()
    expect(
      await page.evaluate(
        '(() => { try { document.body.innerHTML = "<b>x</b>"; return "done" } catch (error) { return error.name } })()',
      ),
    ).toBe('TypeError')
    page.complaints.length = 0
  })

  test('a web page elsewhere flips no switch', async () => {
    const elsewhere = createServer((_, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><form method=post enctype=text/plain target=frame></form><iframe name=frame></iframe>'),
    ).listen(0, '127.0.0.1')
    await new Promise((resolve) => elsewhere.once('listening', resolve))
    try {
      await page.goto(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
      const fault = JSON.stringify('{"on":"any","then":"reset"}')
      const outcomes = await page.evaluate<string[]>(`Promise.all([
        fetch('${registry.url}/_lading/api/faults', { method: 'POST', mode: 'no-cors', body: ${fault} }),
        fetch('${registry.url}/_lading/api/faults', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${fault} }),
        fetch('${registry.url}/_lading/api/faults', { method: 'DELETE' }),
        fetch('${registry.url}/_lading/api/journal'),
      ].map((answer) => answer.then(({ type }) => type, () => 'refused')))`)
      expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused'])
      await page.evaluate(
        `(() => { const form = document.forms[0]; form.action = '${registry.url}/_lading/api/faults'; form.append(Object.assign(document.createElement('input'), { name: ${fault.replace('}"', ',\\"name\\":\\""')}, value: '"}' })); const framed = new Promise((resolve) => document.querySelector('iframe').addEventListener('load', resolve)); form.submit(); return framed.then(() => undefined) })()`,
      )
      expect([registry.faults(), registry.journal.entries]).toEqual([[], []])
    } finally {
      elsewhere.close()
      elsewhere.closeAllConnections()
      page.complaints.length = 0
    }
  })

  test('everything that can be used has a name, and every text can be read', async () => {
    await registry.seed(image('t/app:1').layer({ a: 'b' }))
    registry.addFault({ name: 'down', on: 'manifest', then: { status: 503 } })
    await visit()
    await ask(`${registry.url}/v2/t/app/manifests/1`)
    await ask(`${registry.url}/v2/`)
    await page.until(`${requests} === 2`)
    await page.until(
      'document.querySelector(".fault input") !== null && document.querySelector(".repository") !== null',
    )
    await page.click('.repository summary')
    await page.until('document.querySelector(".manifest") !== null')
    await page.click('#journal button')
    await page.evaluate('document.querySelector("#own-fault").closest("details").open = true')
    expect(
      await page.evaluate(
        '[...document.querySelectorAll("input, textarea, button, summary, a")].filter((one) => !(one.labels?.length > 0 || one.getAttribute("aria-label") || one.textContent.trim())).map(({ outerHTML }) => outerHTML)',
      ),
    ).toEqual([])
    expect(
      await page.evaluate(
        '[...document.querySelectorAll("[aria-labelledby], [aria-describedby], label[for]")].filter((one) => !document.getElementById(one.getAttribute("aria-labelledby") ?? one.getAttribute("aria-describedby") ?? one.htmlFor)).length',
      ),
    ).toBe(0)
    for (const dark of [false, true]) {
      await page.screenshot({ width: 1400, height: 900, dark })
      expect(await page.evaluate(poorContrast)).toEqual([])
    }
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    for (const width of [1000, 700, 400, 360]) {
      await page.screenshot({ width, height: 800 })
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      // No column is beyond an edge.
      expect(
        await page.evaluate(
          '[...document.querySelectorAll(".scroll")].map((box) => box.scrollWidth - box.clientWidth)',
        ),
      ).toEqual([0])
    }
    const tops = await page.evaluate<number[]>(
      '["#journal-section", "#faults-title"].map((one) => document.querySelector(one).getBoundingClientRect().top)',
    )
    expect(tops[0]).toBeLessThan(tops[1] ?? 0)
    expect(await page.evaluate(brokenAddresses)).toEqual([])
    expect(await page.evaluate(poorContrast)).toEqual([])
    // A list that goes on below says so, until one is there.
    await page.click('#journal button')
    const more = 'document.querySelector("#more-below").checkVisibility()'
    expect(await page.evaluate(more)).toBe(false)
    for (let at = 0; at < 12; at += 1) await ask(`${registry.url}/v2/`)
    await page.until(more)
    await page.evaluate('document.querySelector(".scroll").scrollTo(0, 1e6)')
    await page.until(`!${more}`)
  })
})

/** Addresses of which a line ends between two letters or digits. */
const brokenAddresses = `[...document.querySelectorAll('#about dd, td.request code')].flatMap((one) =>
  [...one.childNodes].filter((node) => node.nodeType === 3).filter((node) => {
    const range = document.createRange()
    range.selectNodeContents(node)
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1
  }).map(({ data }) => data))`

/** WCAG 2.2, 1.4.3: elements with text of their own whose contrast is under 4.5 to 1. */
const poorContrast = `(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number)
  const light = (color) => parts(color).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0)
  const ground = (one) => { for (let at = one; at; at = at.parentElement) { const { backgroundColor } = getComputedStyle(at); if (parts(backgroundColor)[3] !== 0) return backgroundColor } return 'rgb(255, 255, 255)' }
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
    .map((one) => { const [high, low] = [light(getComputedStyle(one).color), light(ground(one))].sort((left, right) => right - left); return { text: one.textContent.slice(0, 30), ratio: (high + 0.05) / (low + 0.05) } })
    .filter(({ ratio }) => ratio < 4.5)
})()`
