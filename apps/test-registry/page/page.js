import { api } from './api.js'
import { startClock } from './clock.js'
import { byId, element, foreignParts } from './elements.js'
import { startFaults } from './faults.js'
import { startJournal } from './journal.js'
import { startRepositories } from './repositories.js'
import { visible } from './text.js'

const refreshMs = 5000

/** Runs an action; what goes wrong is said where everybody looks. */
const guard = (action) => async () => {
  try {
    await action()
    byId('problem').hidden = true
  } catch (error) {
    byId('problem').textContent = visible(error instanceof TypeError ? 'The registry does not answer.' : error.message)
    byId('problem').hidden = false
  }
}

async function tellAbout() {
  const { url, cdn, auth, version } = await api('')
  const facts = { Address: url, CDN: cdn, Auth: auth.join(', '), Version: version }
  byId('about').replaceChildren(
    ...Object.entries(facts).map(([name, value]) =>
      element('div', {}, element('dt', {}, name), foreignParts(value, { tag: 'dd', className: 'mono' })),
    ),
  )
  for (const address of document.querySelectorAll('.address')) address.textContent = visible(url)
}

const faults = startFaults(guard)
const repositories = startRepositories(guard)
const refresh = guard(() => Promise.all([faults.refresh(), repositories.refresh()]))
startClock(guard)
startJournal(guard, { changed: refresh })
void guard(tellAbout)()
void refresh()
// A test may add faults and images without a request.
setInterval(() => document.visibilityState === 'visible' && refresh(), refreshMs)
