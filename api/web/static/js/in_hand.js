// What this person has in hand: the document on the screen, and the next one, readied meanwhile with the picture of
// its first page. Whoever leaves the page puts both back.
const token = () => document.querySelector('meta[name="csrf-token"]').content
let held = []
let loaded = new Map()
let isReadying = false // the answer is on its way: what is put into the hand is not known here yet

function putBack ({ release, takenAt }, withReadied) {
  const body = new FormData()
  body.set('taken_at', takenAt)
  if (withReadied) body.set('readied', 'yes')
  fetch(release, { method: 'POST', body, keepalive: true, headers: { 'X-CSRF-Token': token(), Accept: 'application/json' } })
}

// The page on the screen is of this document, as it was taken then.
export function holdOnly (bench) {
  held = [{ release: bench.dataset.release, takenAt: bench.dataset.takenAt }]
  loaded = new Map()
}

export async function readyNext (bench) {
  let said
  isReadying = true
  try {
    const response = await fetch(bench.dataset.next, { method: 'POST', headers: { 'X-CSRF-Token': token(), Accept: 'application/json' } })
    const isJson = (response.headers.get('Content-Type') || '').includes('json')
    said = response.ok && isJson ? await response.json() : {}
  } catch (problem) {
    if (!(problem instanceof TypeError)) throw problem
    return
  } finally {
    isReadying = false
  }
  if (!said.release || !bench.isConnected) return
  held.push({ release: said.release, takenAt: said.taken_at })
  if (!said.ahead) return // a text has no picture
  const image = new Image()
  image.src = said.ahead
  await image.decode().then(() => loaded.set(said.picture, image), () => undefined) // it is fetched when needed
}

export function pictures () {
  return loaded
}

window.addEventListener('pagehide', () => {
  held.forEach((one, at) => putBack(one, isReadying && at === 0))
  held = []
})
// A page the browser had kept is of a document that was put back: it is opened anew.
window.addEventListener('pageshow', (event) => { if (event.persisted) window.location.reload() })

export function forget () {
  held = []
}
