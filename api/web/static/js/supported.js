// Marks the page as scripted before it is drawn, so that components do not flash. Not a module:
// it must run at once. GOV.UK Frontend wants these two classes on the body.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('govuk-frontend-supported')
}
