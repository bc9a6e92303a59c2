// The workbench form: keys to its parts, dates found in the document, and Ctrl + Enter to file.
// Enter in a text box never files a document by accident.
import { onKey } from './shortcuts.js'
import { ClientPicker } from './client_picker.js'

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

export function start (element) {
  const form = element.querySelector('[data-workbench-form]')
  const file = form.querySelector('[data-file-button]')
  offerDates(form)
  new ClientPicker(form)
  form.elements.other_type.addEventListener('change', () => {
    const other = form.querySelector('input[name="type"][value="other"]')
    if (!other.checked) other.click()
  })
  form.addEventListener('change', (event) => {
    const isSuggestion = event.target.name === 'type' && event.target.value !== 'other'
    if (isSuggestion) form.elements.other_type.value = ''
  })
  onKey('t', () => go('input[name="type"]:checked, input[name="type"]'))
  onKey('c', () => go('input[name="client"], input[name="client_query"]'))
  onKey('d', () => go('[name="document_date-day"]'))
  onKey('s', () => go('input[name="skip_reason"]'))
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    if (event.ctrlKey) file.click()
    if (event.target.tagName === 'INPUT') event.preventDefault()
  })
}
