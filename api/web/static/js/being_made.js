// Looks every second and a half whether the document is made, and then opens it.
import { show } from './screen.js'

const PAUSE_MS = 1500

export function start (element) {
  async function look () {
    if (!element.isConnected) return
    try {
      const response = await fetch(element.dataset.document, { headers: { Accept: 'text/html' } })
      const copy = response.clone()
      if (!(await copy.text()).includes('data-module="edrms-being-made"')) return show(response)
    } catch (problem) {
      if (!(problem instanceof TypeError)) throw problem
    }
    window.setTimeout(look, PAUSE_MS)
  }
  window.setTimeout(look, PAUSE_MS)
}
