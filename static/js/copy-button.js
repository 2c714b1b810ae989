// <copy-button value="…">, or <copy-button from="#id"> for the text of another element, round a button.
// Hidden by CSS where no script runs. A relative address in `href` is copied as an absolute one.
customElements.define("copy-button", class extends HTMLElement {
  #timer

  connectedCallback() { this.addEventListener("click", this.#copy) }

  get text() {
    if (this.hasAttribute("from")) return document.querySelector(this.getAttribute("from"))?.textContent ?? ""
    if (this.hasAttribute("href")) return new URL(this.getAttribute("href"), location.href).href
    return this.getAttribute("value") ?? ""
  }

  #copy = async () => {
    await write(this.text)
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
