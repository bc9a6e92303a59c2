// Keeps a batch fresh while it is being read: fetches the same page and swaps the changed part.
// Waits while the person is inside it, says only that something changed, and stops when done.
export function start (element) {
  const pause = Number(element.dataset.refreshS) * 1000
  const live = document.querySelector('[data-refresh-live]')
  let current = element

  async function refresh () {
    const inUse = current.contains(document.activeElement) || current.querySelector('details[open]')
    if (document.hidden || inUse) return next()
    let response
    try {
      response = await fetch(window.location.href, { credentials: 'same-origin' })
    } catch (problem) {
      if (problem instanceof TypeError) return next(4)
      throw problem
    }
    if (!response.ok || response.redirected) return
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    const fresh = page.getElementById(current.id)
    if (!fresh) return
    swap(document.adoptNode(fresh))
    next()
  }

  function swap (fresh) {
    if (fresh.isEqualNode(current)) return
    const finished = 'working' in current.dataset && !('working' in fresh.dataset)
    const changed = current.querySelectorAll('tbody .govuk-tag').length !== fresh.querySelectorAll('tbody .govuk-tag').length
    current.replaceWith(fresh)
    current = fresh
    if (finished) live.textContent = live.dataset.finished
    else if (changed) live.textContent = live.dataset.changed
  }

  function next (slower = 1) {
    if ('working' in current.dataset) window.setTimeout(refresh, pause * slower)
  }

  next()
}
