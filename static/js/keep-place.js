// <keep-place> … <a hx-get>Earlier</a> … </keep-place>
// What is loaded above the reader must not push away what they are reading. Browsers anchor the scroll by themselves,
// but not all of them, and not at the very top of a page, which is just where "earlier" is asked for. So they are asked
// to leave it alone for the moment. Where a link inside an article brings another one in its place, by #id, that one
// comes to where the first one stood, and the focus goes on to the same link of it. Where two pieces meet within a day,
// the second of them begins with a heading that stands above it already.
customElements.define("keep-place", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("htmx:beforeSwap", this.#remember)
    this.addEventListener("htmx:afterSwap", this.#restore)
    this.#begin()
  }

  // A long conversation opens at its end, where it goes on: an address that names no message in it means that one. And
  // of a long message that was found, what is looked for is the words, which may stand a few windows below its first ones.
  #begin() {
    if (performance.getEntriesByType("navigation")[0].type !== "navigate") return
    const isPlain = !location.hash && !location.search
    if (isPlain && this.querySelector(".thread__more")) document.getElementById("latest")?.scrollIntoView({ behavior: "instant" })
    // Until then the browser goes to the message again and again.
    window.addEventListener("load", () => requestAnimationFrame(this.#showWords), { once: true })
  }

  #showWords = () => {
    const words = this.querySelector("article.is-found mark")
    if (words?.getBoundingClientRect().bottom > innerHeight * 0.8) words.scrollIntoView({ block: "center", behavior: "instant" })
  }

  #remember = ({ detail }) => {
    this.pressed = detail.requestConfig.elt.closest("article a")
    this.kept = this.pressed?.closest("article")
      ?? [...this.querySelectorAll("article")].find((article) => article.getBoundingClientRect().bottom > 0)
    this.top = this.kept?.getBoundingClientRect().top
    document.documentElement.style.overflowAnchor = "none"
  }

  // Before htmx looks which of the new elements are in view, or it would go on loading to the first message.
  #restore = () => {
    this.#joinDays()
    const place = this.pressed ? document.getElementById(this.pressed.hash.slice(1)) : this.kept
    if (place?.isConnected) {
      window.scrollBy({ top: place.getBoundingClientRect().top - this.top, behavior: "instant" })
    }
    if (this.pressed) (place?.querySelector(`a[rel=${this.pressed.rel}]`) ?? place?.querySelector("a[rel]"))?.focus({ preventScroll: true })
    document.documentElement.style.overflowAnchor = ""
  }

  #joinDays() {
    let above
    for (const day of this.querySelectorAll(".thread__day")) {
      if (day.textContent === above) day.remove()
      above = day.textContent
    }
  }
})
