// <dialog-links><dialog> … <div class="dialog__body"></div></dialog></dialog-links> somewhere on a page: what the page's
// links with data-dialog lead to is shown in it. A link stays a link: for another tab, and where the answer does not come.
customElements.define("dialog-links", class extends HTMLElement {
  connectedCallback() {
    document.addEventListener("click", this.#open)
    this.dialog.addEventListener("close", this.#empty)
  }

  disconnectedCallback() { document.removeEventListener("click", this.#open) }

  get dialog() { return this.querySelector("dialog") }
  get body() { return this.querySelector(".dialog__body") }

  #open = async (event) => {
    const link = event.target.closest("a[data-dialog]")
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    this.#opener = link
    await htmx.ajax("GET", link.getAttribute("href"), { target: this.body, swap: "innerHTML" }).catch(() => {})
    if (this.body.querySelector("form")) this.dialog.showModal()
    else location.assign(link.href)
  }

  #opener = null

  // What was typed into it is gone, and so is the frame in it, which the Back button would lead into.
  #empty = () => {
    this.body.replaceChildren()
    this.#opener?.focus()
  }
})
