// <step-keys> round articles: j and k go to the next one and the one before, J and K to those of the person who reads;
// [ and ] press the links to the previous and the next version of the one that is read, n and N those to the next and
// the previous match of what is being found.
customElements.define("step-keys", class extends HTMLElement {
  connectedCallback() { document.addEventListener("keydown", this.#listen) }
  disconnectedCallback() { document.removeEventListener("keydown", this.#listen) }

  #keys = {
    j: () => this.#step("article", 1),
    k: () => this.#step("article", -1),
    J: () => this.#step("article.message--user", 1),
    K: () => this.#step("article.message--user", -1),
    "[": () => this.#current()?.querySelector("a[rel=prev]")?.click(),
    "]": () => this.#current()?.querySelector("a[rel=next]")?.click(),
    n: () => document.querySelector(".find a[rel=next]")?.click(),
    N: () => document.querySelector(".find a[rel=prev]")?.click(),
  }

  #listen = (event) => {
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping || !this.#keys[event.key]) return
    event.preventDefault()
    this.#keys[event.key]()
  }

  // The one with the focus, or the one that was asked for, while it is in sight; else the one on the line where people read.
  #current() {
    const chosen = document.activeElement.closest("article") ?? this.querySelector("article.is-found")
    if (chosen && this.contains(chosen) && isSeen(chosen)) return chosen
    return [...this.querySelectorAll("article")].findLast((article) => article.getBoundingClientRect().top < innerHeight * 0.2)
  }

  #step(selector, by) {
    const current = this.#current()
    const rest = [...this.querySelectorAll(selector)].filter((article) => article !== current && isBehind(article, current) === by > 0)
    const next = by > 0 ? rest[0] : rest.at(-1)
    if (!next) return this.querySelector(`.thread__more:${by > 0 ? "last" : "first"}-child`)?.scrollIntoView()
    next.tabIndex = -1
    next.focus({ preventScroll: true })
    next.scrollIntoView()
  }
})

function isSeen(element) {
  const { top, bottom } = element.getBoundingClientRect()
  return bottom > 0 && top < innerHeight
}

function isBehind(element, other) {
  return !other || Boolean(other.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
}
