// Starts GOV.UK Frontend and the page's own enhancements. Each part is found by its data-module;
// a page without a part never loads it. Every page works without any of this. When all have started the
// document says so (data-started).
import { initAll } from '../vendor/govuk-frontend.js'

const parts = {
  'edrms-upload': './upload.js',
  'edrms-viewer': './viewer.js',
  'edrms-workbench': './workbench.js',
  'edrms-shortcuts': './shortcuts.js',
  'edrms-quality': './quality.js',
  'edrms-record': './record.js',
  'edrms-print': './print.js',
  'edrms-refresh': './refresh.js',
}

async function start(name, file) {
  const elements = document.querySelectorAll(`[data-module="${name}"]`)
  if (elements.length > 0) {
    const module = await import(file)
    elements.forEach((element) => module.start(element))
  }
}

initAll()
await Promise.all(Object.entries(parts).map(([name, file]) => start(name, file)))
document.documentElement.dataset.started = ''
