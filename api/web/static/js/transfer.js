// Sends one file to the batch. Knows the wire: progress, the reply's meaning, and trying again
// when the connection drops. The same key goes with every try, so a file that did arrive before
// the connection broke is not taken in twice. Knows nothing of the page.
const WAITS_S = [2, 5, 15, 30]

// mayRetry: the file itself was not at fault (no room just now, the session had ended).
export class Refused extends Error {
  constructor (message, mayRetry = false) {
    super(message)
    this.mayRetry = mayRetry
  }
}
export class Lost extends Error {}

export function newKey () {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

// to: {url, token, isContinued}; where the sending goes on, the server leaves out what it holds. hooks:
// progress(fraction from 0 to 1), waiting(seconds before the next try; 0 for as long as there is no network).
export async function sendFile (to, file, key, hooks) {
  for (const wait of [...WAITS_S, null]) {
    try {
      return await attempt(to, file, key, hooks.progress)
    } catch (problem) {
      if (!(problem instanceof Lost) || wait === null) throw problem
      await untilNextTry(wait, hooks.waiting)
    }
  }
}

// Seconds, or however long this computer is without a network: it says when it has one again.
function untilNextTry (seconds, waiting) {
  return new Promise((resolve) => {
    waiting(window.navigator.onLine ? seconds : 0)
    const go = () => { window.removeEventListener('online', go); resolve() }
    window.addEventListener('online', go)
    window.setTimeout(() => (window.navigator.onLine ? go() : waiting(0)), seconds * 1000)
  })
}

function attempt (to, file, key, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', to.url)
    request.setRequestHeader('X-CSRF-Token', to.token)
    if (to.isContinued) request.setRequestHeader('X-Continued', 'yes')
    request.setRequestHeader('Idempotency-Key', key)
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('X-File-Name', encodeURIComponent(file.name.toWellFormed()))
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    })
    request.addEventListener('error', () => reject(new Lost()))
    request.addEventListener('timeout', () => reject(new Lost()))
    request.addEventListener('load', () => settle(request, resolve, reject))
    request.send(file)
  })
}

function settle (request, resolve, reject) {
  if (request.status >= 200 && request.status < 300) return resolve(reply(request))
  if ([502, 503, 504].includes(request.status)) return reject(new Lost())
  const said = reply(request)
  reject(new Refused(said.detail || said.title || '', [401, 507].includes(request.status)))
}

function reply (request) {
  const isJson = (request.getResponseHeader('Content-Type') || '').includes('json')
  return isJson ? JSON.parse(request.responseText) : {}
}
