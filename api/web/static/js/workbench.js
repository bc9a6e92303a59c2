// The workbench by keyboard: keys to its parts, one key to accept all, reasons by their number, and the next document
// in place of this one. Enter in a text box never files a document by accident.
import { ClientPicker } from './client_picker.js'
import { start as startCrops } from './crops.js'
import { forget, holdOnly, pictures, readyNext } from './in_hand.js'
import { sendForm, show } from './screen.js'
import { onControlEnter, onKey } from './shortcuts.js'
import { Siblings } from './siblings.js'

const REST_MS = 150 // the page in sight goes before the next one

function go (selector) {
  const target = document.querySelector(selector)
  const place = target && target.closest('details')
  if (place) place.open = true
  if (target) target.focus()
}

function offerDates (form) {
  const row = form.querySelector('[data-dates]')
  if (!row) return
  row.hidden = false
  row.addEventListener('click', (event) => {
    const button = event.target.closest('[data-date]')
    if (!button) return
    const [year, month, day] = button.dataset.date.split('-').map(Number)
    for (const [part, value] of Object.entries({ day, month, year })) {
      form.elements[`document_date-${part}`].value = value
    }
    form.elements.title.focus()
  })
}

function keepTypeAndListTogether (form) {
  form.elements.other_type.addEventListener('change', () => {
    const other = form.querySelector('input[name="type"][value="other"]')
    if (!other.checked) other.click()
  })
  form.addEventListener('change', (event) => {
    const isSuggestion = event.target.name === 'type' && event.target.value !== 'other'
    if (isSuggestion) form.elements.other_type.value = ''
  })
}

// While the focus is among the reasons, the number of one chooses it and sends it.
function chooseByNumber (number) {
  const place = document.activeElement.closest('[data-reasons]')
  const reason = place && place.querySelectorAll('input[type="radio"]')[number - 1]
  if (!reason) return
  reason.checked = true
  place.querySelector('button').click()
}

function divideHere () {
  const current = document.querySelector('[data-page-link][aria-current]')
  const select = document.querySelector('#split-page')
  const option = current && select && select.querySelector(`[data-of-page="${current.dataset.pageLink}"]`)
  if (option) option.selected = true
  go(select ? '[data-split-button]' : '#divide summary')
}

function bindKeys (bench, form, siblings) {
  const file = form.querySelector('[data-file-button]')
  onControlEnter(() => file.click())
  onKey('a', () => file.click())
  onKey('t', () => go('input[name="type"]:checked, input[name="type"]'))
  onKey('c', () => go('input[name="client"]:checked, input[name="client"], input[name="client_query"]'))
  onKey('/', () => go('input[name="client_query"]'))
  onKey('b', () => siblings.toggle())
  onKey('d', () => go('[name="document_date-day"]'))
  onKey('s', () => go('input[name="skip_reason"]'))
  onKey('j', () => go('input[name="reject_reason"]'))
  onKey('x', divideHere)
  onKey('q', () => bench.querySelector('[data-stop-button]').click())
  for (let number = 1; number <= 9; number += 1) onKey(String(number), () => chooseByNumber(number))
  bench.querySelectorAll('[data-number]').forEach((key) => { key.hidden = false })
  form.addEventListener('keydown', (event) => {
    const isBox = event.target.tagName === 'INPUT'
    if (event.key === 'Enter' && isBox && !event.ctrlKey) event.preventDefault()
  })
}

// Every form of the workbench is answered in place; two at once are one too many.
function answerInPlace (bench) {
  let isSending = false
  bench.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isSending) return
    isSending = true
    bench.setAttribute('aria-busy', 'true')
    const live = bench.querySelector('[data-workbench-live]')
    try {
      const response = await sendForm(event.target, event.submitter)
      const loaded = pictures()
      forget()
      await show(response, loaded)
    } catch (problem) {
      if (!(problem instanceof TypeError)) throw problem
      live.textContent = live.dataset.lost
      live.classList.remove('govuk-visually-hidden')
    } finally {
      isSending = false
      bench.removeAttribute('aria-busy')
    }
  })
}

export function start (bench) {
  const form = bench.querySelector('[data-workbench-form]')
  const picker = new ClientPicker(form)
  holdOnly(bench)
  offerDates(form)
  keepTypeAndListTogether(form)
  bindKeys(bench, form, new Siblings(form, (client) => picker.box(client)))
  answerInPlace(bench)
  startCrops(form)
  window.setTimeout(() => { if (bench.isConnected) readyNext(bench) }, REST_MS)
}
