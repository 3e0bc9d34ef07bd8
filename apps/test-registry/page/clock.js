import { api } from './api.js'
import { byId } from './elements.js'

/** The registry's clock, and the end of all tokens. */
export function startClock(guard) {
  const say = (text) => void (byId('clock-now').textContent = text)
  byId('clock').addEventListener('submit', (event) => {
    event.preventDefault()
    guard(async () => {
      const { now } = await api('clock', { method: 'POST', body: { advanceMs: Number(byId('advance').value) * 1000 } })
      say(`It is ${new Date(now).toLocaleString()} now.`)
    })()
  })
  byId('expire-tokens').addEventListener(
    'click',
    guard(async () => {
      await api('tokens', { method: 'DELETE' })
      say('No token that was issued is good any more.')
    }),
  )
}
