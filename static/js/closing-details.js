// <closing-details> round a <details> used as a menu: Escape, a click beside it and leaving it by Tab close it.
customElements.define("closing-details", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#escape)
    this.addEventListener("focusout", this.#leave)
    document.addEventListener("pointerdown", this.#press)
  }

  disconnectedCallback() { document.removeEventListener("pointerdown", this.#press) }

  get details() { return this.querySelector("details") }

  #escape = (event) => {
    if (event.key !== "Escape" || !this.details.open) return
    this.details.open = false
    this.details.querySelector("summary").focus()
    event.stopPropagation()
  }

  #leave = (event) => { if (event.relatedTarget && !this.contains(event.relatedTarget)) this.details.open = false }
  #press = (event) => { if (!this.contains(event.target)) this.details.open = false }
})
