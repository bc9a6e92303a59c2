// One file's row in the upload list: its state, progress and buttons. Sends nothing itself.
export function fill (pattern, values) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(key, value), pattern)
}

function sizeWords (bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`
}

export class FileRow {
  constructor (template, file, words, key) {
    this.file = file
    this.words = words
    this.key = key
    this.state = 'waiting'
    this.done = 0
    this.element = template.content.firstElementChild.cloneNode(true)
    this.slot = (name) => this.element.querySelector(`[data-slot="${name}"]`)
    for (const name of ['name', 'remove-name', 'retry-name']) this.slot(name).textContent = file.name
    this.slot('size').textContent = sizeWords(file.size)
    this.slot('progress').setAttribute('aria-label', file.name)
    this.slot('remove').addEventListener('click', () => { this.element.remove(); this.onRemove() })
    this.slot('retry').addEventListener('click', () => this.onRetry())
    this.show(words.waiting)
  }

  show (text) {
    this.slot('state').textContent = text
  }

  begin () {
    this.element.classList.remove('edrms-row--refused')
    this.state = 'sending'
    this.slot('remove').hidden = true
    this.slot('retry').hidden = true
    this.progress(0)
  }

  progress (done) {
    this.done = done
    this.slot('progress').value = done
    this.show(done < 1 ? fill(this.words.sending, { PERCENT: Math.floor(done * 100) }) : this.words.checking)
  }

  waitFor (seconds) {
    this.show(seconds ? fill(this.words.retrying, { SECONDS: seconds }) : this.words.offline)
  }

  hold () {
    this.accept()
    this.show(this.words.held)
  }

  accept () {
    this.state = 'accepted'
    this.progress(1)
    this.show(this.words.accepted)
  }

  refuse (reason, mayRetry = false) {
    this.slot('retry').hidden = !mayRetry
    this.state = 'refused'
    this.done = 0
    this.slot('progress').value = 0
    this.element.classList.add('edrms-row--refused')
    this.show(reason)
  }

  lose () {
    this.state = 'lost'
    this.slot('retry').hidden = false
    this.show(this.words.lost)
  }
}
