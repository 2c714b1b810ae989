// <keep-scroll> a list that grows as one scrolls </keep-scroll>
// Whoever comes back to it was further down than its first piece reaches. So it is scrolled on as pieces come, until it
// is as long again as it was, or until they take it into their own hands.
const HANDS = ["wheel", "touchstart", "keydown", "pointerdown"]

customElements.define("keep-scroll", class extends HTMLElement {
  connectedCallback() {
    window.addEventListener("pagehide", this.#remember)
    const [{ type }] = performance.getEntriesByType("navigation")
    this.wanted = type === "navigate" ? 0 : history.state?.scrolled
    if (!this.wanted) return
    this.addEventListener("htmx:afterSettle", this.#goOn)
    for (const hand of HANDS) window.addEventListener(hand, this.#leaveIt, { once: true, passive: true })
    this.#goOn()
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.#remember)
    this.#leaveIt()
  }

  #remember = () => history.replaceState({ ...history.state, scrolled: Math.round(scrollY) }, "")

  #goOn = () => {
    window.scrollTo({ top: this.wanted, behavior: "instant" })
    if (scrollY >= this.wanted - 1) this.#leaveIt()
  }

  #leaveIt = () => {
    this.removeEventListener("htmx:afterSettle", this.#goOn)
    for (const hand of HANDS) window.removeEventListener(hand, this.#leaveIt)
  }
})
