// The page of a record to be printed: its button opens the browser's print window once every page is there.
export function start (element) {
  const place = element.querySelector('[data-print-button]')
  place.hidden = false
  place.querySelector('button').addEventListener('click', async () => {
    await Promise.all([...element.querySelectorAll('img')].map((image) => image.decode()))
    window.print()
  })
}
