// <current-link> round links to places on this page: the one that is being read is aria-current.
// A link whose place has been loaded since leads there without asking the server; a drawer closes behind it.
customElements.define("current-link", class extends HTMLElement {
  connectedCallback() {
    // The upper part of the window is where people read; a place that enters or leaves it moves the mark.
    this.observer = new IntersectionObserver(this.#mark, { rootMargin: "0px 0px -80% 0px" })
    this.addEventListener("click", this.#go)
    document.addEventListener("htmx:load", this.#collectSoon)
    this.#collect()
  }

  disconnectedCallback() {
    this.observer.disconnect()
    document.removeEventListener("htmx:load", this.#collectSoon)
  }

  // A piece of a page brings fifty of these events at once.
  #collectSoon = () => {
    cancelAnimationFrame(this.soon)
    this.soon = requestAnimationFrame(this.#collect)
  }

  #collect = () => {
    this.observer.disconnect()
    this.places = [...this.querySelectorAll("a[href*='#']")]
      .map((link) => ({ link, target: document.getElementById(link.hash.slice(1)) }))
      .filter(({ target }) => target)
    this.places.forEach(({ target }) => this.observer.observe(target))
  }

  #mark = () => {
    const line = window.innerHeight * 0.2
    const read = this.places.findLast(({ target }) => target.getBoundingClientRect().top < line) ?? this.places[0]
    if (read) this.#point(read.link)
  }

  #point(link) {
    if (link.ariaCurrent === "true") return
    this.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"))
    link.setAttribute("aria-current", "true")
    // By hand: scrollIntoView would move the page as well.
    const column = this.closest("[popover]")
    const { top, bottom } = link.getBoundingClientRect()
    if (column && (top < 0 || bottom > column.clientHeight)) column.scrollTop += top - column.clientHeight / 3
  }

  #go = (event) => {
    const link = event.target.closest("a[href*='#']")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    const target = document.getElementById(link.hash.slice(1))
    if (!target) return
    event.preventDefault()
    const drawer = this.closest("[popover]")
    if (drawer?.matches(":popover-open")) drawer.hidePopover()
    location.hash = link.hash
    target.scrollIntoView()
    this.#point(link)
  }
})
