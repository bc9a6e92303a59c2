// The quality check by keyboard: one key passes the document and opens the next, one goes to failing it.
import { onKey } from './shortcuts.js'

export function start (element) {
  const pass = element.querySelector('[data-pass]')
  const fail = element.querySelector('details[data-fail]')
  // Passing what failed needs words: then the key leads to the box for them.
  const words = element.querySelector('#pass_reason')
  if (pass) onKey('y', () => (words && !words.value ? words.focus() : pass.click()))
  onKey('x', () => {
    fail.open = true
    fail.querySelector('input[type="radio"]').focus()
  })
}
