// Find a client as you type: an ARIA combobox (WAI-ARIA APG, list autocomplete with manual
// selection). A chosen client joins the ticked list. Without it the Find button does the same.
const PAUSE_MS = 250

export class ClientPicker {
  constructor (form) {
    this.part = (name) => form.querySelector(`[data-client-${name}]`)
    this.url = form.dataset.suggestUrl
    this.input = this.part('query')
    this.list = this.part('options')
    this.live = this.part('live')
    this.clients = []
    this.active = -1
    this.makeCombobox()
    this.input.addEventListener('input', () => this.later())
    this.input.addEventListener('keydown', (event) => this.key(event))
    this.input.addEventListener('blur', () => window.setTimeout(() => this.close(), 150))
    this.list.addEventListener('mousedown', (event) => this.pick(event))
  }

  makeCombobox () {
    const wanted = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': this.list.id }
    for (const [name, value] of Object.entries(wanted)) this.input.setAttribute(name, value)
  }

  later () {
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.ask(), PAUSE_MS)
  }

  async ask () {
    const query = this.input.value.trim()
    if (query.length < 2) return this.close()
    if (this.request) this.request.abort()
    this.request = new AbortController()
    try {
      const url = `${this.url}?q=${encodeURIComponent(query)}`
      const response = await fetch(url, { headers: { Accept: 'application/json' }, signal: this.request.signal })
      if (!response.ok) return this.say(this.live.dataset.failed)
      this.open((await response.json()).clients)
    } catch (problem) {
      if (problem.name === 'AbortError') return
      if (!(problem instanceof TypeError)) throw problem
      this.say(this.live.dataset.failed)
    }
  }

  open (clients) {
    this.clients = clients
    this.list.replaceChildren(...clients.map((client, place) => this.option(client, place)))
    this.list.hidden = clients.length === 0
    this.input.setAttribute('aria-expanded', String(clients.length > 0))
    this.select(-1)
    this.say(clients.length ? this.live.dataset.some.replace('COUNT', clients.length) : this.live.dataset.none)
  }

  option (client, place) {
    const item = document.createElement('li')
    const name = document.createElement('strong')
    name.textContent = client.name
    item.append(name, client.facts.join(' · '))
    item.id = `client-option-${place}`
    item.className = 'edrms-combo__option'
    item.setAttribute('role', 'option')
    item.setAttribute('aria-selected', 'false')
    return item
  }

  close () {
    this.list.hidden = true
    this.input.setAttribute('aria-expanded', 'false')
    this.select(-1)
  }

  select (place) {
    this.active = place
    ;[...this.list.children].forEach((item, at) => item.setAttribute('aria-selected', String(at === place)))
    if (place < 0) return this.input.removeAttribute('aria-activedescendant')
    this.input.setAttribute('aria-activedescendant', this.list.children[place].id)
    this.list.children[place].scrollIntoView({ block: 'nearest' })
  }

  key (event) {
    const last = this.list.children.length - 1
    if (event.key === 'Enter' && !event.ctrlKey) return this.enter(event)
    if (this.list.hidden) return
    if (event.key === 'Escape') this.close()
    if (event.key === 'ArrowDown') this.select(this.active < last ? this.active + 1 : 0)
    if (event.key === 'ArrowUp') this.select(this.active > 0 ? this.active - 1 : last)
    if (['ArrowUp', 'ArrowDown'].includes(event.key)) event.preventDefault()
  }

  enter (event) {
    event.preventDefault()
    if (!this.list.hidden && this.active >= 0) this.add(this.clients[this.active])
    else this.ask()
  }

  pick (event) {
    event.preventDefault()
    const place = [...this.list.children].indexOf(event.target.closest('li'))
    if (place >= 0) this.add(this.clients[place])
  }

  // Ticks the client if already listed, else adds a ticked box.
  add (client) {
    const list = this.part('list')
    const known = [...list.querySelectorAll('input[name="client"]')].find((box) => box.value === client.client_id)
    const box = known || list.appendChild(this.box(client)).querySelector('input')
    box.checked = true
    box.dispatchEvent(new Event('change', { bubbles: true }))
    const none = document.querySelector('[data-no-client]')
    if (none) none.hidden = true
    this.input.value = ''
    this.close()
    this.say(this.live.dataset.added.replace('NAME', client.name))
  }

  box (client) {
    const item = this.part('template').content.firstElementChild.cloneNode(true)
    const [box, label, facts] = [item.querySelector('input'), item.querySelector('label'), item.querySelector('.govuk-hint')]
    box.id = `client-added-${client.client_id}`
    box.value = client.client_id
    label.htmlFor = box.id
    label.textContent = client.name
    facts.id = `${box.id}-facts`
    facts.textContent = client.facts.join(' · ')
    box.setAttribute('aria-describedby', facts.id)
    return item
  }

  say (text) {
    this.live.textContent = text
    return false
  }
}
