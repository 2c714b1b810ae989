// <live-piece hx-get hx-trigger="due" every="5" ended="…" forbidden="…" signed-out="…" ends="…"> asks every so many
// seconds while the page is seen, and when it is seen again. Whoever has lost the right to ask is told once, and asks no
// more; buttons that `ends` selects would lose what was typed, and end with it. A server that does not answer is asked again.
customElements.define("live-piece", class extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(this.#ask, 1000 * this.getAttribute("every"))
    document.addEventListener("visibilitychange", this.#ask)
    this.addEventListener("htmx:sendError", (event) => event.stopPropagation())
    this.addEventListener("htmx:responseError", this.#refused)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
    document.removeEventListener("visibilitychange", this.#ask)
  }

  #ask = () => { if (!document.hidden && this.hasAttribute("hx-get")) htmx.trigger(this, "due") }

  #refused = (event) => {
    event.stopPropagation()
    const { status } = event.detail.xhr
    if (status >= 500) return
    this.disconnectedCallback()
    for (const button of document.querySelectorAll(this.getAttribute("ends"))) button.disabled = true
    const words = this.getAttribute({ 401: "signed-out", 403: "forbidden" }[status] ?? "ended")
    this.replaceChildren(Object.assign(document.createElement("p"), { className: "notice notice--warning", role: "status", textContent: words }))
  }
})
