// Brothers and sisters of whoever is ticked, to be ticked in place. Those of clients ticked from the start came with
// the page; those of others are asked for.
export class Siblings {
  constructor (form, box) {
    this.form = form
    this.box = box // makes a ticked box of a client: ClientPicker.box
    this.place = form.querySelector('[data-siblings]')
    this.list = form.querySelector('[data-sibling-list]')
    this.asked = new Set(this.ticked())
    form.addEventListener('change', (event) => {
      if (event.target.name === 'client' && event.target.checked) this.ask(event.target.value)
    })
  }

  ticked () {
    return [...this.form.querySelectorAll('input[name="client"]:checked')].map((box) => box.value)
  }

  async ask (clientId) {
    if (this.asked.has(clientId)) return
    this.asked.add(clientId)
    const url = `${this.form.dataset.siblingsUrl}?of=${encodeURIComponent(clientId)}`
    try {
      const response = await fetch(url, { headers: { Accept: 'application/json' } })
      if (response.ok) this.offer((await response.json()).clients)
    } catch (problem) {
      if (!(problem instanceof TypeError)) throw problem
    }
  }

  offer (clients) {
    const known = new Set([...this.form.querySelectorAll('input[name="client"]')].map((box) => box.value))
    for (const client of clients.filter((one) => !known.has(one.client_id))) {
      const item = this.box(client)
      item.querySelector('input').checked = false
      this.list.append(item)
    }
    this.place.hidden = this.list.children.length === 0
  }

  // One key ticks them all; again, none.
  toggle () {
    const boxes = [...this.list.querySelectorAll('input')]
    const isOn = boxes.some((box) => !box.checked)
    boxes.forEach((box) => { box.checked = isOn })
    if (boxes.length > 0) boxes[0].focus()
  }
}
