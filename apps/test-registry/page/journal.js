import { api, follow } from './api.js'
import { byId, element, foreign, foreignParts } from './elements.js'
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
  // What happened since the page was opened; what was before is shown, and not counted.
  let from = 0
  let upTo = 0
  let fired = 0
  let announced = ''
  let opened = false
  const touched = new Set()

  function take(entry) {
    upTo = Math.max(upTo, entry.number + 1)
    if (entry.finished && entry.number >= from && entries.get(entry.number)?.finished !== true)
      fired += entry.faults.length
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
      { role: 'row', class: entry.faults.length > 0 ? 'hit' : undefined, 'data-number': entry.number },
      cell({}, toggle),
      cell({ class: 'number', 'data-label': 'Time' }, `${(entry.startedAt / 1000).toFixed(3)} s`),
      cell(
        { class: 'request' },
        foreign(entry.method, { className: 'method' }),
        ' ',
        foreignParts(shortPath(entry.path), { tag: 'code', title: entry.path }),
        ...badges(entry),
      ),
      cell({ 'data-label': 'Status' }, statusOf(entry)),
      cell({ class: 'number', 'data-label': 'Sent' }, bytesText(entry.bytesSent)),
      cell(
        { class: 'number', 'data-label': 'Took' },
        entry.endedAt === undefined || entry.endedAt === null ? '' : millisecondsText(entry.endedAt - entry.startedAt),
      ),
      cell(
        { class: 'fault-names' },
        ...entry.faults.map((fault) => element('div', {}, foreign(fault))),
        ...entry.withoutEffect.map((fault) => element('div', { class: 'quiet' }, foreign(fault), ' changed nothing')),
      ),
    )
    return expanded
      ? [
          row,
          element(
            'tr',
            { role: 'row', class: 'headers' },
            cell({ colspan: 7 }, headerList('Request', entry.headers), headerList('Answer', entry.responseHeaders)),
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
    const summary = `${count(upTo - from, 'request')}${fired === 0 ? '' : `, ${count(fired, 'fault')} fired`} since this page was opened`
    if (summary === announced || upTo === from) return
    byId('journal-summary').textContent = announced = summary
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

  // A list that goes on where nobody sees it says so.
  const box = body.closest('.scroll')
  const tellMore = () => void (byId('more-below').hidden = box.scrollHeight - box.clientHeight - box.scrollTop < 4)
  box.addEventListener('scroll', tellMore, { passive: true })
  const sizes = new ResizeObserver(tellMore)
  for (const each of [box, body]) sizes.observe(each)

  const words = { live: 'Live', waiting: 'Connecting …', lost: 'The registry is gone' }
  follow({
    last: mostRows,
    start(registry) {
      // A registry that was started again counts anew.
      if (opened && registry.next >= upTo) return
      opened = true
      fired = 0
      from = upTo = registry.next
    },
    request: take,
    cleared: clear,
    state(state) {
      byId('connection').dataset.state = state
      byId('connection').textContent = words[state]
    },
  })
}

// The role stands also where the style sheet makes something else of the table.
const cell = (attributes, ...children) => element('td', { role: 'cell', ...attributes }, ...children)

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
