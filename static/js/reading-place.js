// <reading-place path="…"><ol data-tip="…"> … <article id> … </ol></reading-place>
// A page that grows at both ends opens again with its first piece alone. Whoever rests outside of that has the address of
// what they read in the address bar, and comes back to it, with a script or without: it is that of the page, at `path`,
// `from` the article on. What is searched for stays in the address, and so does the branch, where it is not the active one (data-tip). How far down the window it stood is in the
// history: the browser would remember how far down the page, which is wrong where less stands above than did.
const STAYS = ["find", "hidden"]

customElements.define("reading-place", class extends HTMLElement {
  connectedCallback() {
    window.addEventListener("scrollend", this.#note)
    window.addEventListener("popstate", this.#comeBack)
    this.addEventListener("htmx:afterSettle", this.#replaced)
    this.#opened()
    this.#comeBack()
  }

  disconnectedCallback() {
    window.removeEventListener("scrollend", this.#note)
    window.removeEventListener("popstate", this.#comeBack)
  }

  // An address that was put there while reading is, once it has been opened, one like any other.
  #opened() {
    this.first = new Set(this.querySelectorAll("article"))
    if (history.state?.isAway) history.replaceState({ ...history.state, isAway: false }, "")
  }

  #replaced = ({ target }) => { if (target.id === "messages") this.#opened() }

  #comeBack = () => {
    const { id, top } = history.state?.place ?? {}
    const place = document.getElementById(id)
    if (place) window.scrollBy({ top: place.getBoundingClientRect().top - top, behavior: "instant" })
  }

  #note = () => {
    const read = [...this.querySelectorAll("article")].find((article) => article.getBoundingClientRect().bottom > 0)
    if (!read) return
    if (!history.state?.isAway) this.opening = location.href
    const isAway = !this.first.has(read)
    const address = isAway ? this.#addressOf(read) : this.opening
    if (!address) return
    const place = { id: read.id, top: read.getBoundingClientRect().top }
    history.replaceState({ ...history.state, place, isAway }, "", address)
    history.scrollRestoration = "manual"
  }

  // None on a page that such addresses do not lead to, where a form is shown again that was refused.
  #addressOf(article) {
    const address = new URL(this.getAttribute("path"), location)
    if (address.pathname !== location.pathname) return null
    const asked = new URLSearchParams(location.search)
    const { tip } = this.querySelector("ol").dataset
    address.searchParams.set("from", article.id)
    if (tip) address.searchParams.set("tip", tip)
    for (const name of STAYS) if (asked.has(name)) address.searchParams.set(name, asked.get(name))
    address.hash = "here"
    return address.href
  }
})
