// <keep-place> … <a hx-get>Earlier</a> … </keep-place>
// What is loaded above the reader must not push away what they are reading. Browsers anchor the scroll by themselves,
// but not all of them, and not at the very top of a page, which is just where "earlier" is asked for. So they are asked
// to leave it alone for the moment.
customElements.define("keep-place", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("htmx:beforeSwap", this.#remember)
    this.addEventListener("htmx:afterSwap", this.#restore)
  }

  #remember = () => {
    this.kept = [...this.querySelectorAll("article")].find((article) => article.getBoundingClientRect().bottom > 0)
    this.top = this.kept?.getBoundingClientRect().top
    document.documentElement.style.overflowAnchor = "none"
  }

  // Before htmx looks which of the new elements are in view, or it would go on loading to the first message.
  #restore = () => {
    if (this.kept?.isConnected) {
      window.scrollBy({ top: this.kept.getBoundingClientRect().top - this.top, behavior: "instant" })
    }
    document.documentElement.style.overflowAnchor = ""
  }
})
