// <closing-details> round a <details> used as a menu, or round many, each beside its panel or round it in an element of
// their own: Escape, a click beside it and leaving it by Tab close it.
customElements.define("closing-details", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#escape)
    this.addEventListener("focusout", this.#leave)
    document.addEventListener("pointerdown", this.#press)
  }

  disconnectedCallback() { document.removeEventListener("pointerdown", this.#press) }

  get open() { return [...this.querySelectorAll("details.menu[open]")] }

  #escape = (event) => {
    const details = this.open.find((menu) => menu.parentElement.contains(event.target))
    if (event.key !== "Escape" || !details) return
    details.open = false
    details.querySelector("summary").focus()
    event.stopPropagation()
  }

  #leave = (event) => { if (event.relatedTarget) this.#closeBut(event.relatedTarget) }
  #press = (event) => this.#closeBut(event.target)

  #closeBut(element) {
    for (const menu of this.open) if (!menu.parentElement.contains(element)) menu.open = false
  }
})
