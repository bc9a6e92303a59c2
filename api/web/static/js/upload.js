// Upload of a batch, file by file: choosing, dropping, the list with its states, and the end.
// The form is sent without its files first, which opens the batch; then each file goes by itself. When the
// connection is lost for good the rest waits for "Continue sending"; after the page was closed the batch's own
// page leads to a form that goes on (data-receive-url), where what is there already is left out.
import { heldFiles } from './held_files.js'
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
    this.receiveUrl = form.dataset.receiveUrl || ''
    this.isContinued = Boolean(form.dataset.heldUrl)
    if (form.dataset.batchUrl) this.part('batch').href = form.dataset.batchUrl
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
    if (this.busy || this.isClosed) return
    for (const file of files) this.addRow(file)
    this.input.value = ''
    this.part('panel').hidden = this.rows.length === 0
    this.count()
  }

  addRow (file) {
    const row = new FileRow(this.part('row'), file, this.words, newKey())
    row.onRemove = () => { this.rows = this.rows.filter((other) => other !== row); this.count(); this.input.focus() }
    row.onRetry = () => this.sendAll([row])
    if (file.size === 0) row.refuse(this.words.empty)
    if (file.size > Number(this.form.dataset.maxBytes)) row.refuse(this.words.tooLarge)
    this.rows.push(row)
    this.part('rows').append(row.element)
  }

  async submit (event) {
    event.preventDefault()
    if (this.busy) return
    const ready = this.rows.filter((row) => ['waiting', 'lost'].includes(row.state))
    if (ready.length === 0) return this.say(this.words.none)
    if (ready.length > Number(this.form.dataset.maxFiles)) return this.say(this.words.tooMany)
    if (!this.receiveUrl && !(await this.openBatch(ready.length))) return
    if (!this.isContinued) this.isClosed = true // the number of files is announced
    await this.sendAll(ready)
  }

  // One after the other; when one is lost for good, the others wait with it.
  async sendAll (rows) {
    this.busy = true
    this.part('send').disabled = true
    this.input.disabled = true
    const isHeld = await this.whatIsHeld()
    for (const row of rows) {
      await this.send(row, isHeld)
      if (row.state === 'lost') break
    }
    this.busy = false
    this.finish()
  }

  async whatIsHeld () {
    if (!this.isContinued) return async () => false
    try {
      return await heldFiles(this.form.dataset.heldUrl)
    } catch (problem) {
      if (!(problem instanceof TypeError)) throw problem
      return async () => false // no connection: the server will tell
    }
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

  async send (row, isHeld) {
    row.begin()
    if (await isHeld(row.file)) return row.hold()
    const to = { url: this.receiveUrl, token: this.token, isContinued: this.isContinued }
    try {
      await sendFile(to, row.file, row.key, {
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
    const rest = this.rows.some((row) => ['waiting', 'lost'].includes(row.state))
    const some = rest ? this.words.stopped : this.words.finishedSome
    const words = done === this.rows.length ? this.words.finished : some
    this.part('done').hidden = false
    this.part('send').disabled = !rest && !this.isContinued
    if (rest) this.part('send').textContent = this.words.continue
    this.input.disabled = !this.isContinued
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
