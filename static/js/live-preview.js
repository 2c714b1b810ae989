// <live-preview> round a form with a button that shows in a frame what the form says: it is pressed at once, and again
// after every change. Each time into a new frame: in an old one every page would be a step of the Back button.
customElements.define("live-preview", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this.#show)
    this.#show()
  }

  #show = () => {
    const button = this.querySelector("button[formtarget]")
    const frame = this.querySelector("iframe")
    if (!button || !frame) return
    frame.replaceWith(frame.cloneNode())
    button.form.requestSubmit(button)
  }
})
