// Upload of a batch, file by file: choosing, dropping, the list with its states, and the end.
// The form is sent without its files first, which opens the batch; then each file goes by itself.
import { Lost, Refused, newKey, sendFile } from './transfer.js'
import { FileRow, fill } from './upload_row.js'

class Upload {
  constructor (form) {
    this.form = form
    this.part = (name) => form.querySelector(`[data-upload-${name}]`)
    this.words = this.part('words').dataset
    this.input = form.querySelector('input[type="file"]')
    this.token = form.querySelector('[name="csrf_token"]').value
    this.rows = []
    this.receiveUrl = ''
    this.part('drop-words').hidden = false
    this.input.addEventListener('change', () => this.choose([...this.input.files]))
    form.addEventListener('submit', (event) => this.submit(event))
    this.allowDrop()
    window.addEventListener('beforeunload', (event) => {
      if (this.busy) event.preventDefault()
    })
  }

  allowDrop () {
    const zone = this.part('drop')
    const mark = (on) => zone.classList.toggle('edrms-drop--over', on)
    zone.addEventListener('dragover', (event) => { event.preventDefault(); mark(true) })
    zone.addEventListener('dragleave', () => mark(false))
    zone.addEventListener('drop', (event) => {
      event.preventDefault()
      mark(false)
      this.choose([...event.dataTransfer.files])
    })
  }

  choose (files) {
    if (this.receiveUrl) return
    for (const file of files) this.addRow(file)
    this.input.value = ''
    this.part('panel').hidden = this.rows.length === 0
    this.count()
  }

  addRow (file) {
    const row = new FileRow(this.part('row'), file, this.words, newKey())
    row.onRemove = () => { this.rows = this.rows.filter((other) => other !== row); this.count(); this.input.focus() }
    row.onRetry = () => this.send(row).then(() => this.finish())
    if (file.size === 0) row.refuse(this.words.empty)
    if (file.size > Number(this.form.dataset.maxBytes)) row.refuse(this.words.tooLarge)
    this.rows.push(row)
    this.part('rows').append(row.element)
  }

  async submit (event) {
    event.preventDefault()
    const ready = this.rows.filter((row) => row.state === 'waiting')
    if (ready.length === 0) return this.say(this.words.none)
    if (ready.length > Number(this.form.dataset.maxFiles)) return this.say(this.words.tooMany)
    if (!(await this.openBatch(ready.length))) return
    this.busy = true
    this.part('send').disabled = true
    this.input.disabled = true
    for (const row of ready) await this.send(row)
    this.busy = false
    this.finish()
  }

  // Opens the batch; the server answers JSON {batch_url, receive_url}, or 422 with the faults.
  async openBatch (count) {
    const body = new FormData(this.form)
    body.delete('files')
    body.set('announced_files', String(count))
    const headers = { Accept: 'application/json', 'X-CSRF-Token': this.token }
    let response
    try {
      response = await fetch(this.form.action, { method: 'POST', body, headers })
    } catch (problem) {
      if (problem instanceof TypeError) return this.say(this.words.lost)
      throw problem
    }
    const isJson = (response.headers.get('Content-Type') || '').includes('json')
    const said = isJson ? await response.json() : {}
    if (!response.ok || !said.receive_url) return this.say(said.detail || this.words.refusedBatch)
    this.receiveUrl = said.receive_url
    this.part('batch').href = said.batch_url
    return true
  }

  async send (row) {
    row.begin()
    try {
      await sendFile(this.receiveUrl, this.token, row.file, row.key, {
        progress: (done) => { row.progress(done); this.count() },
        waiting: (seconds) => row.waitFor(seconds),
      })
      row.accept()
    } catch (problem) {
      if (problem instanceof Refused) row.refuse(problem.message || this.words.refused, problem.mayRetry)
      else if (problem instanceof Lost) row.lose()
      else throw problem
    }
    this.count()
  }

  count () {
    const done = this.rows.filter((row) => row.state === 'accepted').length
    const bytes = this.rows.reduce((sum, row) => sum + row.file.size, 0)
    const sent = this.rows.reduce((sum, row) => sum + row.file.size * row.done, 0)
    this.form.querySelector('#upload-overall').value = bytes ? sent / bytes : 0
    this.part('summary').textContent = fill(this.words.overall, { DONE: done, TOTAL: this.rows.length })
  }

  finish () {
    const done = this.rows.filter((row) => row.state === 'accepted').length
    const words = done === this.rows.length ? this.words.finished : this.words.finishedSome
    this.part('done').hidden = false
    this.part('summary').textContent = fill(words, { DONE: done, TOTAL: this.rows.length })
    this.say(this.part('summary').textContent, false)
    if (done === this.rows.length) this.part('batch').focus()
  }

  // Announces to screen readers and, for a fault, shows it where the eye is.
  say (text, isFault = true) {
    this.part('live').textContent = text
    if (isFault) {
      this.part('panel').hidden = false
      this.part('summary').textContent = text
    }
    return false
  }
}

export function start (element) {
  return new Upload(element)
}
