// <file-drop> round a form with a file input: files may be dropped on it, and the upload shows how far it is.
// Without script the form works by itself. Needs .drop and .progress with <progress> and <output> inside.
customElements.define("file-drop", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("dragover", this.#over)
    this.addEventListener("dragleave", this.#out)
    this.addEventListener("drop", this.#drop)
    this.addEventListener("change", this.#send)
    this.addEventListener("submit", this.#send)
  }

  get #form() { return this.querySelector("form") }
  get #input() { return this.querySelector("input[type=file]") }
  get #zone() { return this.querySelector(".drop") }

  #over = (event) => {
    event.preventDefault()
    this.#zone.classList.add("is-over")
  }

  #out = () => this.#zone.classList.remove("is-over")

  #drop = (event) => {
    event.preventDefault()
    this.#out()
    if (!event.dataTransfer.files.length) return
    this.#input.files = event.dataTransfer.files
    this.#send(event)
  }

  // fetch() cannot tell how much of an upload has left; XMLHttpRequest can.
  #send = (event) => {
    event.preventDefault()
    if (!this.#input.files.length || this.request) return
    this.request = new XMLHttpRequest()
    this.request.upload.addEventListener("progress", this.#show)
    this.request.addEventListener("load", this.#done)
    this.request.addEventListener("error", () => this.#fail("The upload was interrupted. Check the connection and try again."))
    this.request.open("POST", this.#form.action)
    this.request.send(new FormData(this.#form))
    this.#busy(true)
  }

  #show = ({ loaded, total, lengthComputable }) => {
    if (!lengthComputable) return
    const percent = Math.floor(100 * loaded / total)
    this.querySelector("progress").value = percent
    this.querySelector("output").value = `${percent} %`
  }

  #done = () => {
    if (this.request.status < 300) return location.assign(this.request.responseURL)
    const page = new DOMParser().parseFromString(this.request.responseText, "text/html")
    this.#fail(page.querySelector(".notice--negative p")?.textContent ?? "The server did not take the file. Try again later.")
  }

  #fail(sentence) {
    this.request = null
    this.#busy(false)
    this.#form.reset()
    this.querySelector("[role=alert]")?.remove()
    const notice = Object.assign(document.createElement("div"), { className: "notice notice--negative", role: "alert" })
    notice.append(Object.assign(document.createElement("p"), { textContent: sentence }))
    this.#form.prepend(notice)
  }

  #busy(is) {
    this.querySelector(".progress").hidden = !is
    this.#zone.hidden = is
  }
})
