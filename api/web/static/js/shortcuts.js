// Single-key shortcuts: which key does what, when they are off, and the switch (WCAG 2.1.4).
// Parts of a page register their keys; this module alone listens to the keyboard.
const STORE = 'edrms.shortcuts'
const actions = new Map()

let controlEnter = null

export function onKey (key, action) {
  actions.set(key, action)
}

// Not a single key: it works while typing, and whether single keys are on or off.
export function onControlEnter (action) {
  controlEnter = action
}

// What was on the screen is gone, and its keys with it.
export function forgetKeys () {
  actions.clear()
  controlEnter = null
}

function isOn () {
  return window.localStorage.getItem(STORE) !== 'off'
}

function isTyping (target) {
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true
  return target.tagName === 'INPUT' && !['radio', 'checkbox', 'button', 'submit'].includes(target.type)
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.ctrlKey && controlEnter) {
    event.preventDefault()
    return controlEnter()
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
  if (!isOn() || isTyping(event.target)) return
  const action = actions.get(event.key)
  if (action) {
    event.preventDefault()
    action()
  }
})

export function start (element) {
  const row = element.querySelector('[data-shortcut-switch]')
  const box = row.querySelector('input')
  row.hidden = false
  box.checked = isOn()
  box.addEventListener('change', () => {
    window.localStorage.setItem(STORE, box.checked ? 'on' : 'off')
  })
  document.querySelectorAll('a[data-key]').forEach((link) => {
    onKey(link.dataset.key, () => link.click())
  })
}
