// A filed record: brings the current page into view in the strip of small pages.
export function start (element) {
  const strip = element.querySelector('.edrms-strip')
  const current = strip.querySelector('[aria-current]')
  if (!current) return
  strip.scrollTop = current.offsetTop - strip.clientHeight / 2
  strip.scrollLeft = current.offsetLeft - strip.clientWidth / 2
}
