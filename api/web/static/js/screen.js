// Shows what the server answers in place of what is on the screen, without loading the page anew: the frame, the
// styles and the scripts stay. A page of another kind (signing in) is gone to as usual.
import { forgetKeys } from './shortcuts.js'
import { startIn } from './parts.js'

// Sends a form and returns the page answered. Raises TypeError when the connection breaks.
export function sendForm (form, button) {
  const address = button && button.hasAttribute('formaction') ? button.formAction : form.getAttribute('action')
  return fetch(address, { method: 'POST', body: new FormData(form, button), headers: { Accept: 'text/html', 'X-In-Place': 'yes' } })
}

// pictures: loaded images by the address they stand for; they are put where the new page would fetch the same.
export async function show (response, pictures = new Map()) {
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const main = page.getElementById('main-content')
  if (!main || !page.querySelector('.edrms-header__account')) return window.location.assign(response.url)
  forgetKeys()
  delete document.documentElement.dataset.started
  for (const image of main.querySelectorAll('img')) useLoaded(image, pictures)
  document.title = page.title
  document.getElementById('main-content').replaceWith(document.adoptNode(main))
  for (const place of main.querySelectorAll('[data-picture-of]')) place.replaceWith(pictures.get(place.dataset.pictureOf))
  replaceNavigation(page)
  const address = response.headers.get('X-Address') || (response.redirected && response.url)
  if (address && !window.location.href.endsWith(address)) window.history.pushState({}, '', address)
  window.scrollTo(0, 0)
  await startIn(main)
  if (!main.contains(document.activeElement)) focusOn(main.querySelector('h1'))
}

// The loaded image takes over what is said of the other. It goes in after the page was adopted, which would have it
// fetched again; until then something else keeps its place.
function useLoaded (image, pictures) {
  const key = image.getAttribute('src')
  const loaded = pictures.get(key)
  if (!loaded) return
  for (const name of ['alt', 'width', 'height', 'class']) {
    if (image.hasAttribute(name)) loaded.setAttribute(name, image.getAttribute(name))
  }
  const place = image.ownerDocument.createElement('span')
  place.dataset.pictureOf = key
  image.replaceWith(place)
}

function replaceNavigation (page) {
  const [old, fresh] = [document, page].map((one) => one.querySelector('.govuk-service-navigation'))
  if (old && fresh) old.querySelectorAll('.edrms-count').forEach((count, at) => {
    const now = fresh.querySelectorAll('.edrms-count')[at]
    if (now) count.replaceWith(document.adoptNode(now))
  })
}

function focusOn (heading) {
  if (!heading) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}

window.addEventListener('popstate', () => window.location.reload())
