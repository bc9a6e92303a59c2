// Starts GOV.UK Frontend and the page's own enhancements. Each part is found by its data-module;
// a page without a part never loads it. Every page works without any of this.
import { initAll } from '../vendor/govuk-frontend.js'

const parts = {
  'edrms-upload': './upload.js',
  'edrms-viewer': './viewer.js',
  'edrms-workbench': './workbench.js',
  'edrms-shortcuts': './shortcuts.js',
  'edrms-record': './record.js',
  'edrms-print': './print.js',
  'edrms-refresh': './refresh.js',
}

initAll()
for (const [name, file] of Object.entries(parts)) {
  const elements = document.querySelectorAll(`[data-module="${name}"]`)
  if (elements.length > 0) {
    import(file).then((module) => elements.forEach((element) => module.start(element)))
  }
}
