// Starts GOV.UK Frontend and the page's own enhancements. Each part is found by its data-module;
// a page without a part never loads it. Every page works without any of this.
import { initAll } from '../vendor/govuk-frontend.js'

const parts = {
  'edrms-upload': './upload.js',
  'edrms-viewer': './viewer.js',
  'edrms-workbench': './workbench.js',
  'edrms-being-made': './being_made.js',
  'edrms-shortcuts': './shortcuts.js',
  'edrms-quality': './quality.js',
  'edrms-record': './record.js',
  'edrms-print': './print.js',
  'edrms-refresh': './refresh.js',
}

async function startPart (root, name, file) {
  const elements = root.querySelectorAll(`[data-module="${name}"]`)
  if (elements.length > 0) {
    const module = await import(file)
    elements.forEach((element) => module.start(element))
  }
}

// root: the document, or the part of it that was replaced (screen.js).
export async function startIn (root) {
  initAll({ scope: root })
  await Promise.all(Object.entries(parts).map(([name, file]) => startPart(root, name, file)))
  document.documentElement.dataset.started = ''
}
