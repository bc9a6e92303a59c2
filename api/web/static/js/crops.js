// Beside what is suggested, the place on the page it was read from: drawn from the picture in the viewer, once that
// is there. Whoever goes to a field sees its place marked on the page.
const LETTER_PX = 19 // height of the printed words as drawn
const ABOVE = 0.45 // of a line's height, shown above and below it
const BESIDE = 9 // heights of a line, shown to the left and right
const PART = '.govuk-radios__item, .edrms-client-choice, [data-crops-of]'
const LABEL_PX = 130 // for page and line beside it, where there is room
const NS = 'http://www.w3.org/2000/svg'

export function start (form) {
  for (const link of form.querySelectorAll('[data-crop][data-box]')) {
    const image = document.querySelector(`#page-${link.dataset.crop} img`)
    if (!image) continue
    if (image.complete && image.naturalWidth) draw(link, image)
    else image.addEventListener('load', () => draw(link, image), { once: true })
  }
  form.addEventListener('click', (event) => mark(event.target.closest('[data-crop]')))
  form.addEventListener('focusin', (event) => {
    const part = event.target.closest(PART)
    mark(event.target.closest('[data-crop]') || (part && part.querySelector('[data-crop]')))
  })
}

function boxOf (link) {
  const [x, y, width, height] = link.dataset.box.split(' ').map(Number)
  return { x, y, width, height }
}

function draw (link, image) {
  const box = boxOf(link)
  const [pageWidth, pageHeight] = ['width', 'height'].map((name) => Number(image.getAttribute(name)))
  const whole = link.parentElement.clientWidth
  const room = whole > 2 * LABEL_PX ? whole - LABEL_PX : whole
  const scale = Math.min(LETTER_PX / box.height, room / box.width)
  const width = Math.min(box.width + 2 * BESIDE * box.height, room / scale, pageWidth)
  const height = box.height * (1 + 2 * ABOVE)
  const x = Math.max(0, Math.min(box.x - (width - box.width) / 2, pageWidth - width))
  const y = Math.max(0, Math.min(box.y - ABOVE * box.height, pageHeight - height))
  const canvas = document.createElement('canvas')
  const sharp = window.devicePixelRatio || 1
  canvas.className = 'edrms-crop__picture'
  canvas.setAttribute('aria-hidden', 'true') // its words stand beside it
  canvas.width = Math.round(width * scale * sharp)
  canvas.height = Math.round(height * scale * sharp)
  canvas.style.width = `${width * scale}px`
  const there = image.naturalWidth / pageWidth
  const pen = canvas.getContext('2d')
  pen.imageSmoothingQuality = 'high'
  pen.drawImage(image, x * there, y * there, width * there, height * there, 0, 0, canvas.width, canvas.height)
  link.prepend(canvas)
  link.classList.add('edrms-crop--drawn')
}

// Brings the place into sight in the viewer and frames it; takes the last frame away.
function mark (link) {
  if (!link) return
  document.querySelectorAll('.edrms-sheet__now').forEach((frame) => frame.remove())
  const sheet = document.getElementById(`page-${link.dataset.crop}`)
  const pane = sheet && sheet.closest('[data-viewer-pane]')
  const boxes = sheet && sheet.querySelector('.edrms-sheet__boxes')
  if (!pane || !boxes || !link.dataset.box) return
  const box = boxOf(link)
  const frame = document.createElementNS(NS, 'rect')
  for (const [name, value] of Object.entries({ x: box.x - 8, y: box.y - 8, width: box.width + 16, height: box.height + 16 })) {
    frame.setAttribute(name, value)
  }
  frame.classList.add('edrms-sheet__now')
  boxes.append(frame)
  const [place, seen] = [frame.getBoundingClientRect(), pane.getBoundingClientRect()]
  const bottom = Math.min(seen.bottom, window.innerHeight)
  if (place.top < seen.top || place.bottom > bottom) {
    pane.scrollTop += place.top - seen.top - (bottom - seen.top) / 3
  }
  if (place.left < seen.left || place.right > seen.right) pane.scrollLeft += place.left - seen.left - 20
}
