// <form> … <send-keys> <textarea> … </send-keys> … </form>
// Control and Enter, on a Mac Command and Enter, send what one writes. What was sent is not sent again while the answer is
// awaited: pressed twice, it would be there twice.
const PATIENCE = 3000 // milliseconds, after which whoever sends again means it

customElements.define("send-keys", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this.#press)
    this.closest("form").addEventListener("submit", this.#send)
  }

  #press = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target.localName !== "textarea") return
    event.preventDefault()
    event.target.form.requestSubmit()
  }

  #send = (event) => {
    if (event.timeStamp - this.sentAt < PATIENCE) event.preventDefault()
    else this.sentAt = event.timeStamp
  }
})
