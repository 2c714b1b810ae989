// <copy-code> round rendered Markdown: every block of code in it gets a button that copies it, also one that htmx brings.
// The button lies over the block, so that nothing moves when it comes.
customElements.define("copy-code", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("htmx:load", this.#add)
    this.#add()
  }

  #add = () => this.querySelectorAll("figure.code:not(:has(copy-button))").forEach((figure) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--small", textContent: "Copy" })
    button.setAttribute("aria-label", "Copy code")
    const copy = document.createElement("copy-button")
    // Only when it is asked for: the page need not hold every listing twice.
    button.addEventListener("click", () => copy.setAttribute("value", figure.querySelector("pre").textContent))
    copy.append(button)
    figure.append(copy)
  })
})
