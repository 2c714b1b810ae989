// <copy-button value="…">, or <copy-button from="#id"> for the text of another element, round a button.
// With `src` it is the text at that address. Round a link, the link is what there is without a script.
// Hidden by CSS where no script runs. A relative address in `href` is copied as an absolute one.
customElements.define("copy-button", class extends HTMLElement {
  #timer

  connectedCallback() { this.addEventListener("click", this.#copy) }

  get text() {
    if (this.hasAttribute("from")) return document.querySelector(this.getAttribute("from"))?.textContent ?? ""
    if (this.hasAttribute("href")) return new URL(this.getAttribute("href"), location.href).href
    return this.getAttribute("value") ?? ""
  }

  #copy = async (event) => {
    event.preventDefault()
    await (this.hasAttribute("src") ? writeFrom(this.getAttribute("src")) : write(this.text))
    this.toggleAttribute("copied", true)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.removeAttribute("copied"), 2000)
  }
})

// A server on plain http in somebody's house has no navigator.clipboard; the old way still works there.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "visually-hidden" })
  const before = document.activeElement
  document.body.append(field)
  field.select()
  document.execCommand("copy")
  field.remove()
  before?.focus()
}

// The clipboard is handed a promise, because Safari forgets during the wait that somebody clicked.
async function writeFrom(address) {
  const text = fetch(address).then((response) => {
    if (response.ok && !response.redirected) return response.text()
    location.assign(address)  // signed out or gone: the page there says so
    throw new Error(`${address} answered ${response.status}`)
  })
  if (!navigator.clipboard?.write) return write(await text)
  const blob = text.then((words) => new Blob([words], { type: "text/plain" }))
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })])
}
