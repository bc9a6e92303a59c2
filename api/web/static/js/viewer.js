// The page viewer: zoom, fit, turn, and moving between stacked pages by key. The zoom is kept on
// this computer, because a person who needs large pages needs them on the next document too.
import { onKey } from './shortcuts.js'

const STORE = 'edrms.zoom'
const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4]

class Viewer {
  constructor (root) {
    this.root = root
    this.pane = root.querySelector('[data-viewer-pane]')
    this.output = root.querySelector('[data-viewer-zoom]')
    this.sheets = [...root.querySelectorAll('[data-sheet]')]
    this.links = [...root.querySelectorAll('[data-page-link]')]
    this.turn = 0
    this.setZoom(Number(window.localStorage.getItem(STORE)) || 1)
    this.offerTools()
    this.bindKeys()
    this.watchPages()
    if (this.links.length === 0) this.showFirstHit()
  }

  // A found word low on the page is brought into sight; one already in sight moves nothing.
  showFirstHit () {
    const hit = this.root.querySelector('.edrms-sheet__boxes rect')
    if (!hit) return
    const [box, pane] = [hit.getBoundingClientRect(), this.pane.getBoundingClientRect()]
    const below = box.bottom - Math.min(pane.bottom, window.innerHeight)
    if (below > 0) this.pane.scrollTop += below + this.pane.clientHeight / 2
  }

  offerTools () {
    const tools = this.root.querySelector('[data-viewer-tools]')
    tools.hidden = false
    tools.addEventListener('click', (event) => {
      const button = event.target.closest('[data-action]')
      if (button) this.act(button.dataset.action)
    })
  }

  bindKeys () {
    const keys = { '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', w: 'fit-width', f: 'fit-page', r: 'rotate' }
    for (const [key, action] of Object.entries(keys)) onKey(key, () => this.act(action))
    if (this.links.length > 0) {
      onKey('n', () => this.step(1))
      onKey('p', () => this.step(-1))
    }
  }

  act (action) {
    if (action === 'zoom-in') this.setZoom(STEPS.find((step) => step > this.zoom + 0.01) || 4)
    if (action === 'zoom-out') this.setZoom([...STEPS].reverse().find((step) => step < this.zoom - 0.01) || 0.25)
    if (action === 'fit-width') this.setZoom(1)
    if (action === 'fit-page') this.setZoom(this.pageZoom())
    if (action === 'rotate') this.rotate()
  }

  setZoom (zoom) {
    this.zoom = zoom
    this.pane.style.setProperty('--zoom', zoom)
    this.output.textContent = `${Math.round(zoom * 100)}%`
    window.localStorage.setItem(STORE, zoom)
  }

  // Zoom at which the whole current page fits the pane's height.
  pageZoom () {
    const box = this.current().querySelector('.edrms-sheet__turn')
    if (!box) return 1
    const height = box.getBoundingClientRect().height / this.zoom
    return Math.min(1, (this.pane.clientHeight - 44) / height)
  }

  rotate () {
    this.turn = (this.turn + 90) % 360
    for (const box of this.root.querySelectorAll('.edrms-sheet__turn')) {
      const image = box.querySelector('img')
      const [width, height] = [image.getAttribute('width'), image.getAttribute('height')]
      const sideways = this.turn % 180 === 90
      box.style.aspectRatio = this.turn === 0 ? '' : sideways ? `${height} / ${width}` : `${width} / ${height}`
    }
    if (this.turn === 0) delete this.root.dataset.turn
    else this.root.dataset.turn = this.turn
  }

  current () {
    const top = this.pane.getBoundingClientRect().top
    return this.sheets.find((sheet) => sheet.getBoundingClientRect().bottom > top + 60) || this.sheets[0]
  }

  step (by) {
    const place = this.sheets.indexOf(this.current()) + by
    if (place >= 0 && place < this.sheets.length) this.show(this.sheets[place])
  }

  show (sheet) {
    this.pane.scrollTop += sheet.getBoundingClientRect().top - this.pane.getBoundingClientRect().top - 10
  }

  watchPages () {
    for (const link of document.querySelectorAll('a[href^="#page-"]')) {
      link.addEventListener('click', (event) => {
        const sheet = document.getElementById(link.hash.slice(1))
        if (!sheet) return
        event.preventDefault()
        this.show(sheet)
      })
    }
    if (this.links.length === 0) return
    this.pane.addEventListener('scroll', () => this.markCurrent(), { passive: true })
    this.markCurrent()
  }

  markCurrent () {
    const number = this.current().dataset.sheet
    for (const link of this.links) {
      if (link.dataset.pageLink === number) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
    }
  }
}

export function start (element) {
  return new Viewer(element)
}
