import { api, follow } from './api.js'
import { byId, element, foreign } from './elements.js'
import { bytesText, count, millisecondsText, shortPath, visible } from './text.js'

const mostRows = 500
const announceMs = 2000

/** The live journal. `changed` is called, now and then, after requests that may have changed something. */
export function startJournal(guard, { changed }) {
  const entries = new Map()
  const rows = new Map()
  const open = new Set()
  const body = byId('journal')
  let paused = false
  let drawing = false
  let fresh = { requests: 0, faults: 0 }
  const touched = new Set()

  function take(entry) {
    if (!entries.has(entry.number)) fresh.requests += 1
    if (entry.finished) fresh.faults += entry.faults.length
    entries.set(entry.number, entry)
    touched.add(entry.number)
    for (const number of entries.keys()) {
      if (entries.size <= mostRows) break
      forget(number)
    }
    draw()
  }

  function forget(number) {
    entries.delete(number)
    open.delete(number)
    touched.delete(number)
    for (const row of rows.get(number) ?? []) row.remove()
    rows.delete(number)
  }

  function draw() {
    if (paused || drawing) return
    drawing = true
    requestAnimationFrame(() => {
      drawing = false
      for (const number of [...touched].toSorted((left, right) => left - right)) place(number)
      touched.clear()
      byId('no-requests').hidden = entries.size > 0
    })
  }

  function place(number) {
    const entry = entries.get(number)
    const before = rows.get(number)
    const shown = entry !== undefined && fits(entry)
    if (!shown) {
      for (const row of before ?? []) row.remove()
      rows.delete(number)
      return
    }
    const made = rowsOf(entry)
    if (before === undefined) following(number).before(...made)
    rows.set(number, before === undefined ? made : renew(before, made))
  }

  /** The new rows in place of the old ones, but for the button: it may have the focus, or be under a finger just now. */
  function renew([row, ...below], [made, ...more]) {
    for (const each of below) each.remove()
    row.className = made.className
    row
      .querySelector('button')
      .setAttribute('aria-expanded', made.querySelector('button').getAttribute('aria-expanded'))
    for (const [at, cell] of Array.from(made.cells).entries()) if (at > 0) row.cells[at].replaceWith(cell)
    row.after(...more)
    return [row, ...more]
  }

  /** The row that comes after a new one: the newest that is older. */
  function following(number) {
    let next
    for (const [other, [row]] of rows)
      if (other < number && (next === undefined || other > next.other)) next = { other, row }
    if (next !== undefined) return next.row
    const end = element('tr')
    body.append(end)
    queueMicrotask(() => end.remove())
    return end
  }

  function rowsOf(entry) {
    const expanded = open.has(entry.number)
    const toggle = element(
      'button',
      {
        type: 'button',
        class: 'small',
        'aria-expanded': String(expanded),
        'aria-label': `Headers of request ${entry.number}`,
        onclick: () => flip(entry.number),
      },
      String(entry.number),
    )
    const row = element(
      'tr',
      { class: entry.faults.length > 0 ? 'hit' : undefined, 'data-number': entry.number },
      element('td', {}, toggle),
      element('td', { class: 'number' }, `${(entry.startedAt / 1000).toFixed(3)} s`),
      element(
        'td',
        { class: 'request' },
        foreign(entry.method, { className: 'method' }),
        ' ',
        foreign(shortPath(entry.path), { tag: 'code', title: entry.path }),
        ...badges(entry),
      ),
      element('td', {}, statusOf(entry)),
      element('td', { class: 'number' }, bytesText(entry.bytesSent)),
      element(
        'td',
        { class: 'number' },
        entry.endedAt === undefined || entry.endedAt === null ? '' : millisecondsText(entry.endedAt - entry.startedAt),
      ),
      element('td', {}, ...entry.faults.map((fault) => element('div', {}, foreign(fault)))),
    )
    return expanded
      ? [
          row,
          element(
            'tr',
            { class: 'headers' },
            element(
              'td',
              { colspan: 7 },
              headerList('Request', entry.headers),
              headerList('Answer', entry.responseHeaders),
            ),
          ),
        ]
      : [row]
  }

  function flip(number) {
    if (!open.delete(number)) open.add(number)
    place(number)
  }

  function fits(entry) {
    const text = byId('filter-text').value
    return (text === '' || entry.path.includes(text)) && (!byId('filter-faults').checked || entry.faults.length > 0)
  }

  function redraw() {
    for (const number of entries.keys()) touched.add(number)
    draw()
  }

  function clear() {
    for (const number of entries.keys()) forget(number)
    draw()
  }

  // One sentence now and then, instead of a screen reader that never ends.
  setInterval(() => {
    if (fresh.requests === 0 && fresh.faults === 0) return
    byId('journal-summary').textContent =
      `${count(fresh.requests, 'new request')}${fresh.faults === 0 ? '' : `, ${count(fresh.faults, 'fault')} fired`}`
    fresh = { requests: 0, faults: 0 }
    changed()
  }, announceMs)

  byId('filter-text').addEventListener('input', redraw)
  byId('filter-faults').addEventListener('change', redraw)
  byId('journal-filter').addEventListener('submit', (event) => event.preventDefault())
  byId('pause').addEventListener('click', ({ currentTarget }) => {
    paused = !paused
    currentTarget.setAttribute('aria-pressed', String(paused))
    draw()
  })
  byId('clear-journal').addEventListener(
    'click',
    guard(() => api('journal', { method: 'DELETE' })),
  )

  const words = { live: 'Live', waiting: 'Connecting …', lost: 'The registry is gone' }
  follow({
    last: mostRows,
    request: take,
    cleared: clear,
    state(state) {
      byId('connection').dataset.state = state
      byId('connection').textContent = words[state]
    },
  })
}

function badges({ origin, secrets, range, authorization }) {
  return [
    ...(origin === 'cdn' ? [element('span', { class: 'badge' }, 'CDN')] : []),
    ...(range === undefined ? [] : [foreign(range, { className: 'badge' })]),
    ...(authorization === undefined ? [] : [foreign(authorization, { className: 'badge' })]),
    // At the registry a credential is where it belongs.
    ...(secrets.length > 0 && origin === 'cdn' ? [element('span', { class: 'badge secret' }, 'carried a secret')] : []),
  ]
}

function statusOf({ status, finished }) {
  const text = status !== undefined && status !== null ? String(status) : finished ? 'none' : '…'
  return element('span', { class: 'status', 'data-class': finished && text === 'none' ? '0' : text[0] }, text)
}

function headerList(title, headers) {
  const pairs = Object.entries(headers)
  if (pairs.length === 0) return undefined
  return element(
    'div',
    {},
    element('strong', {}, title),
    element(
      'dl',
      {},
      ...pairs.flatMap(([name, value]) => [
        foreign(name, { tag: 'dt' }),
        foreign(visible(value, 2000), { tag: 'dd', className: 'mono' }),
      ]),
    ),
  )
}
