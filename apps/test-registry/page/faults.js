import { api } from './api.js'
import { byId, element, foreign, foreignParts } from './elements.js'
import { presets } from './presets.js'
import { count, visible } from './text.js'

const times = (number) => (number === 1 ? 'once' : count(number, 'time'))

/** The list of faults with a switch each, the ready-made ones, and the form for one's own. */
export function startFaults(guard) {
  const rows = new Map()
  const list = byId('faults')

  async function refresh() {
    const { faults } = await api('faults')
    const ids = new Set(faults.map(({ id }) => id))
    for (const [id, row] of rows) {
      if (ids.has(id)) continue
      row.remove()
      rows.delete(id)
    }
    for (const fault of faults) {
      const row = rows.get(fault.id) ?? newRow(fault)
      row.querySelector('input').checked = fault.enabled
      row.querySelector('.fired').textContent = [
        ...(fault.fired === 0 ? [] : [`fired ${times(fault.fired)}`]),
        ...(fault.withoutEffect === 0 ? [] : [`changed nothing ${times(fault.withoutEffect)}`]),
      ].join(', ')
    }
    byId('no-faults').hidden = faults.length > 0
  }

  function newRow({ id, name, fault }) {
    const box = element('input', {
      type: 'checkbox',
      role: 'switch',
      id: `fault-${id}`,
      onchange: guard(() => turn(id, box.checked)),
    })
    const row = element(
      'li',
      { class: 'fault' },
      box,
      element('label', { for: `fault-${id}` }, foreign(name)),
      element(
        'button',
        {
          type: 'button',
          class: 'small',
          'aria-label': `Remove the fault ${visible(name)}`,
          onclick: guard(() => remove(id)),
        },
        'Remove',
      ),
      element(
        'div',
        { class: 'detail' },
        foreignParts(JSON.stringify({ ...fault, name: undefined }), { tag: 'code' }),
        ' ',
        element('span', { class: 'fired' }),
      ),
    )
    rows.set(id, row)
    list.append(row)
    return row
  }

  async function turn(id, enabled) {
    try {
      await api(`faults/${id}`, { method: 'PATCH', body: { enabled } })
    } finally {
      await refresh()
    }
  }

  async function remove(id) {
    await api(`faults/${id}`, { method: 'DELETE' })
    const next = rows.get(id)?.nextElementSibling ?? rows.get(id)?.previousElementSibling
    await refresh()
    // The button that had the focus is gone.
    ;(next?.querySelector('input') ?? byId('presets').querySelector('button')).focus()
  }

  async function add(fault) {
    await api('faults', { method: 'POST', body: fault })
    await refresh()
  }

  for (const preset of presets)
    byId('presets').append(
      element('li', {}, element('button', { type: 'button', onclick: guard(() => add(preset)) }, preset.name)),
    )

  byId('own-fault').addEventListener('submit', (event) => {
    event.preventDefault()
    const problem = byId('own-fault-problem')
    problem.textContent = ''
    const wrong = (error) => void (problem.textContent = visible(error.message))
    try {
      add(JSON.parse(byId('own-fault-text').value)).catch(wrong)
    } catch {
      problem.textContent = 'This is not JSON.'
    }
  })
  byId('clear-faults').addEventListener(
    'click',
    guard(async () => {
      await api('faults', { method: 'DELETE' })
      await refresh()
    }),
  )
  return { refresh }
}
